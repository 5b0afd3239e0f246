"""Card numbers and registrations."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid
from services.review import use_cases
from services.review.model import APPROVE, Decided, Decision
from services.review.use_cases import Review
from tests.review import samples
from tests.review.conftest import House

APPROVAL = Decision(1, APPROVE)


def with_cards(house: House, **changed: Any) -> Review:
    """Review under a policy with other card numbers."""
    cards = replace(house.review.policy.card_numbers, **changed)
    return replace(house.review, policy=replace(house.review.policy, card_numbers=cards))


async def registered(house: House, **case: Any) -> str:
    """Somebody has a card from today on; its number."""
    claimed = await house.claimed(**case)
    decided = await use_cases.decide(house.review, claimed.id, house.reviewer, APPROVAL)
    return str(decided.card_number)


async def fault(house: House, review: Review, case_id: UUID, card_number: str | None) -> list[tuple[str, str]]:
    before = await house.said(), await house.rows("SELECT * FROM card_numbers")
    with pytest.raises(Invalid) as refused:
        await use_cases.decide(review, case_id, house.reviewer, replace(APPROVAL, card_number=card_number))
    assert (await house.said(), await house.rows("SELECT * FROM card_numbers")) == before
    return [(error.field, error.code) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (None, "card_number_required"),
        ("", "card_number_required"),
        (" ", "card_number_required"),
        ("abc", "card_number_not_digits"),
        ("123", "card_number_length"),
        ("2900000001238", "card_number_check_digit"),
    ],
)
async def test_a_typed_card_number_with_a_fault_is_refused(house: House, typed: str | None, code: str) -> None:
    case = await house.claimed()
    assert await fault(house, with_cards(house, source="typed"), case.id, typed) == [("card_number", code)]


async def test_a_typed_number_that_was_given_out_before_is_refused(house: House) -> None:
    review = with_cards(house, source="typed")
    first = await house.claimed(who=samples.somebody(1))
    typed = replace(APPROVAL, card_number="２９００ 0000-01237")
    decided = await use_cases.decide(review, first.id, house.reviewer, typed)
    assert decided.card_number == samples.CARD
    second = await house.claimed(who=samples.somebody(2))
    assert await fault(house, review, second.id, samples.CARD) == [("card_number", "card_number_taken")]


async def test_fifty_approvals_at_once_give_fifty_different_cards(house: House) -> None:
    cases = [await house.claimed(who=samples.somebody(number)) for number in range(50)]
    answers = await asyncio.gather(
        *(use_cases.decide(house.review, case.id, house.reviewer, APPROVAL) for case in cases)
    )
    numbers = [f"{number:010}" for number in range(1, 51)]
    assert sorted(str(answer.card_number)[2:-1] for answer in answers) == numbers
    assert await house.rows("SELECT count(DISTINCT card_number) AS cards FROM registrations") == [{"cards": 50}]


async def test_a_number_that_a_renewed_card_carries_is_not_given_out_again(house: House) -> None:
    renewal = await house.claimed(kind="renewal", who=samples.somebody(1, card_number="2900000000025"))
    await use_cases.decide(house.review, renewal.id, house.reviewer, APPROVAL)
    given = []
    for number in (2, 3):
        case = await house.claimed(who=samples.somebody(number))
        given.append((await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)).card_number)
    assert given == ["2900000000018", "2900000000032"]


async def test_a_refused_approval_uses_up_no_number(house: House) -> None:
    case = await house.claimed()
    with pytest.raises(Conflict):
        await use_cases.decide(house.review, case.id, house.reviewer, replace(APPROVAL, version=9))
    assert (await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)).card_number == "2900000000018"


async def test_a_range_that_is_used_up_is_said_and_nothing_is_done(house: House) -> None:
    review = with_cards(house, first=7, last=7)
    first, second = [await house.claimed(who=samples.somebody(number)) for number in (1, 2)]
    assert (await use_cases.decide(review, first.id, house.reviewer, APPROVAL)).card_number == "2900000000070"
    with pytest.raises(Conflict) as refused:
        await use_cases.decide(review, second.id, house.reviewer, APPROVAL)
    assert refused.value.code == "card_numbers_exhausted"
    assert (await use_cases.get_case(house.review, second.id)).case.status == "claimed"


async def test_a_category_that_the_policy_lost_is_refused(house: House) -> None:
    case = await house.claimed(who=samples.applicant(category="gone"))
    assert await fault(house, house.review, case.id, None) == [("category", "category_unknown")]


async def test_a_renewal_needs_a_number_that_can_be_one(house: House) -> None:
    case = await house.claimed(kind="renewal")
    assert await fault(house, house.review, case.id, None) == [("card_number", "card_number_required")]
    assert await fault(house, house.review, case.id, "29000") == [("card_number", "card_number_length")]
    view = await use_cases.get_case(house.review, case.id)
    assert view.card_unknown
    assert [check.outcome for check in view.checks if check.code == "card"] == ["card_number_missing"]


async def test_renewing_a_card_unknown_here_is_marked_and_makes_the_registration(house: House) -> None:
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number="2900-00000-1237"))
    view = await use_cases.get_case(house.review, case.id)
    assert view.card_unknown
    assert [check.outcome for check in view.checks if check.code == "card"] == ["card_unknown"]
    decided = await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)
    assert decided == Decided("decided", 2, samples.CARD)
    [registration] = await house.rows("SELECT id, version, card_number FROM registrations")
    assert (registration["version"], registration["card_number"]) == (1, samples.CARD)
    said = await house.said()
    assert [(type_, subject) for type_, subject, _ in said] == [
        ("review.approved.v1", case.application_id),
        ("registration.renewed.v1", registration["id"]),
    ]
    assert said[1][2]["version"] == 1
    after = await use_cases.get_case(house.review, case.id)
    assert (after.card_unknown, after.decisions[0].card_unknown) == (False, True)


async def test_renewing_a_known_card_changes_its_registration(house: House) -> None:
    case = await house.claimed()
    card = (await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)).card_number
    [before] = await house.rows("SELECT id FROM registrations")
    house.clock.move(days=365)
    moved = samples.applicant(card_number=card, address=samples.typed("熊本市例町9"))
    renewal = await house.claimed(kind="renewal", who=moved)
    view = await use_cases.get_case(house.review, renewal.id)
    assert (view.card_unknown, view.duplicates) == (False, ())
    decided = await use_cases.decide(house.review, renewal.id, house.reviewer, APPROVAL)
    assert decided.card_number == card
    [after] = await house.rows("SELECT id, application_id, version, address, expires_on FROM registrations")
    assert (after["id"], after["version"], after["address"]) == (before["id"], 2, "熊本市例町9")
    assert after["expires_on"].isoformat() == "2032-11-22"
    type_, subject, data = (await house.said())[-1]
    assert (type_, subject, data["version"]) == ("registration.renewed.v1", before["id"], 2)
    assert data["application_id"] == str(renewal.application_id)


async def test_another_persons_card_is_not_renewed(house: House) -> None:
    case = await house.claimed()
    card = (await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)).card_number
    thief = await house.claimed(kind="renewal", who=samples.somebody(3, card_number=card))
    checks = (await use_cases.get_case(house.review, thief.id)).checks
    assert [check.outcome for check in checks if check.code == "card"] == ["card_of_another"]
    assert await fault(house, house.review, thief.id, None) == [("card_number", "card_number_of_another")]


async def test_two_renewals_of_one_unknown_card_make_one_registration(house: House) -> None:
    who = samples.applicant(card_number=samples.CARD)
    cases = [await house.claimed(kind="renewal", who=who) for _ in range(2)]
    await asyncio.gather(*(use_cases.decide(house.review, case.id, house.reviewer, APPROVAL) for case in cases))
    assert await house.rows("SELECT version FROM registrations") == [{"version": 2}]
    assert sorted(data["version"] for type_, _, data in await house.said() if "renewed" in type_) == [1, 2]


async def test_a_registered_person_is_a_candidate(house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)
    [registration] = await house.rows("SELECT id FROM registrations")
    view = await house.case()
    assert [(each.id, each.source, each.card_number) for each in view.duplicates] == [
        (registration["id"], "registration", "2900000000018")
    ]
