"""Changes of details, and lost cards that are replaced."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid
from services.review import use_cases
from services.review.model import APPROVE, Amendment, Case, Decision, Verdict
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_registrations import with_cards

APPROVAL = Decision(1, APPROVE)
FIRST, SECOND, THIRD = "2900000000018", "2900000000025", "2900000000032"
REGISTRATIONS = "SELECT version, card_number, address, expires_on::text, status FROM registrations"
MOVED = samples.typed("熊本市例町9")


async def approve(house: House, case: Case, **changed: Any) -> str | None:
    decided = await use_cases.decide(house.review, case.id, house.reviewer, replace(APPROVAL, **changed))
    return decided.card_number


async def registered(house: House, **changed: Any) -> UUID:
    """A person with the first card of the range; the id of the registration."""
    await approve(house, await house.claimed(who=samples.applicant(**changed)))
    return UUID(str((await house.rows("SELECT id FROM registrations"))[0]["id"]))


async def refusal(house: House, case: Case, **changed: Any) -> list[tuple[str, str]]:
    """Why it is refused; nothing was done."""
    tables = "SELECT * FROM card_numbers", "SELECT * FROM registrations", "SELECT * FROM card_counters"
    before = [await house.said(), *[await house.rows(table) for table in tables]]
    with pytest.raises(Invalid) as refused:
        await approve(house, case, **changed)
    assert [await house.said(), *[await house.rows(table) for table in tables]] == before
    return [(error.field, error.code) for error in refused.value.errors]


async def checks(house: House, case: Case, code: str) -> list[tuple[str, str]]:
    view = await use_cases.get_case(house.review, case.id)
    return [(check.outcome, check.text) for check in view.checks if check.code == code]


async def test_a_change_keeps_the_card_and_its_last_day(house: House) -> None:
    registration = await registered(house)
    house.clock.move(days=365)
    case = await house.claimed(kind="change", who=samples.applicant(card_number=FIRST, address=MOVED))
    before = "熊本県熊本市中央区見本町1-2-3"
    assert await checks(house, case, "difference") == [
        ("address", f"住所が登録と違います。登録：{before} → 申請：熊本市例町9")
    ]
    assert await approve(house, case) == FIRST
    assert await house.rows(REGISTRATIONS) == [
        {
            "version": 2,
            "card_number": FIRST,
            "address": "熊本市例町9",
            "expires_on": "2031-11-22",
            "status": "active",
        }
    ]
    type_, subject, data = (await house.said())[-1]
    assert (type_, subject, data["version"]) == ("registration.changed.v1", registration, 2)
    assert (data["card_number"], data["previous_card_number"]) == (FIRST, None)
    assert data["registrant"]["address"] == "熊本市例町9"
    assert data["application_id"] == str(case.application_id)


async def test_a_change_that_changes_nothing_is_said(house: House) -> None:
    await registered(house)
    case = await house.claimed(kind="change", who=samples.applicant(card_number=FIRST))
    assert await checks(house, case, "difference") == [("no_difference", "登録の内容と違うところがありません。")]


async def test_another_answer_to_whether_to_be_told_is_a_change_too(house: House) -> None:
    await registered(house)
    case = await house.claimed(kind="change", who=samples.applicant(card_number=FIRST), expiry_notice=True)
    assert await checks(house, case, "difference") == []


async def test_a_card_that_has_expired_is_valid_again_after_its_change(house: House) -> None:
    await registered(house)
    house.clock.move(days=5 * 366)
    case = await house.claimed(kind="change", who=samples.applicant(card_number=FIRST, address=MOVED))
    await approve(house, case)
    assert [row["expires_on"] for row in await house.rows(REGISTRATIONS)] == ["2036-11-26"]


@pytest.mark.parametrize("kind", ["change", "replacement"])
async def test_another_persons_card_is_neither_changed_nor_replaced(house: House, kind: str) -> None:
    await registered(house)
    thief = await house.claimed(kind=kind, who=samples.somebody(3, card_number=FIRST))
    assert [outcome for outcome, _ in await checks(house, thief, "card")] == ["card_of_another"]
    assert await checks(house, thief, "difference") == []
    assert await refusal(house, thief) == [("card_number", "card_number_of_another")]


async def test_a_lost_card_is_replaced_by_a_new_number_and_its_own_is_void(house: House) -> None:
    registration = await registered(house)
    case = await house.claimed(kind="replacement", who=samples.applicant(card_number=FIRST, address=MOVED))
    assert await approve(house, case) == SECOND
    assert await house.rows(REGISTRATIONS) == [
        {
            "version": 2,
            "card_number": SECOND,
            "address": "熊本市例町9",
            "expires_on": "2031-11-22",
            "status": "active",
        }
    ]
    type_, subject, data = (await house.said())[-1]
    assert (type_, subject, data["version"]) == ("registration.changed.v1", registration, 2)
    assert (data["card_number"], data["previous_card_number"]) == (SECOND, FIRST)


@pytest.mark.parametrize("kind", ["renewal", "change", "replacement"])
async def test_a_void_number_is_good_for_nothing(house: House, kind: str) -> None:
    await registered(house)
    lost = samples.applicant(card_number=FIRST)
    await approve(house, await house.claimed(kind="replacement", who=lost))
    case = await house.claimed(kind=kind, who=lost)
    assert [outcome for outcome, _ in await checks(house, case, "card")] == ["card_void"]
    assert await refusal(house, case) == [("card_number", "card_number_void")]


async def test_a_void_number_is_never_given_out_again(house: House) -> None:
    await registered(house)
    await approve(house, await house.claimed(kind="replacement", who=samples.applicant(card_number=FIRST)))
    await house.rows("DELETE FROM registrations")
    case = await house.claimed(who=samples.somebody(2))
    review = with_cards(house, source="typed")
    with pytest.raises(Invalid) as refused:
        await use_cases.decide(review, case.id, house.reviewer, replace(APPROVAL, card_number=FIRST))
    assert [(error.field, error.code) for error in refused.value.errors] == [("card_number", "card_number_taken")]
    assert await approve(house, case) == THIRD


async def test_whose_number_is_forgotten_is_found_by_staff(house: House) -> None:
    registration = await registered(house)
    case = await house.claimed(kind="replacement")
    view = await use_cases.get_case(house.review, case.id)
    assert [(each.id, each.card_number) for each in view.duplicates if each.source == "registration"] == [
        (registration, FIRST)
    ]
    assert [outcome for outcome, _ in await checks(house, case, "card")] == ["card_number_missing"]
    assert await refusal(house, case) == [("registration", "registration_not_named")]
    unsure = (Verdict(registration, "unsure"),)
    assert await refusal(house, case, verdicts=unsure) == [("registration", "registration_not_named")]
    assert await approve(house, case, verdicts=(Verdict(registration, "same"),)) == SECOND
    assert (await house.said())[-1][2]["previous_card_number"] == FIRST


async def test_two_that_are_said_to_be_the_same_are_not_guessed_between(house: House) -> None:
    await registered(house)
    await approve(house, await house.claimed())
    case = await house.claimed(kind="replacement")
    found = (await use_cases.get_case(house.review, case.id)).duplicates
    same = tuple(Verdict(each.id, "same") for each in found)
    assert len(same) == 2
    assert await refusal(house, case, verdicts=same) == [("registration", "registration_not_named")]


async def test_a_card_from_before_is_replaced_by_the_number_that_staff_found(house: House) -> None:
    case = await house.claimed(kind="replacement")
    wrong = (Amendment("card_number", "29000", "電話で確認"),)
    assert await refusal(house, case, amendments=wrong) == [("amendments/0/value", "card_number_length")]
    found = (Amendment("card_number", "２９００ 00000-0018", "図書館システムで確認"),)
    # The lost card has the number that would be the next one.
    assert await approve(house, case, amendments=found) == SECOND
    data = (await house.said())[-1][2]
    assert (data["version"], data["card_number"], data["previous_card_number"]) == (1, SECOND, FIRST)
    [registration] = await house.rows(REGISTRATIONS)
    assert registration["expires_on"] == "2031-11-22"


async def test_staff_type_the_new_number_where_they_give_out_cards(house: House) -> None:
    await registered(house)
    case = await house.claimed(kind="replacement", who=samples.applicant(card_number=FIRST))
    review = with_cards(house, source="typed")
    for typed, code in ((None, "card_number_required"), (FIRST, "card_number_taken")):
        with pytest.raises(Invalid) as refused:
            await use_cases.decide(review, case.id, house.reviewer, replace(APPROVAL, card_number=typed))
        assert [(error.field, error.code) for error in refused.value.errors] == [("card_number", code)]
    decided = await use_cases.decide(review, case.id, house.reviewer, replace(APPROVAL, card_number=samples.CARD))
    assert decided.card_number == samples.CARD


async def test_of_a_replacement_and_a_renewal_at_once_each_ends_well_or_is_refused(house: House) -> None:
    await registered(house)
    who = samples.applicant(card_number=FIRST)
    cases = [await house.claimed(kind=kind, who=who) for kind in ("replacement", "renewal", "replacement", "change")]
    answers = await asyncio.gather(*(approve(house, case) for case in cases), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert {type(each) for each in refused} <= {Invalid}
    assert [each.errors[0].code for each in refused if isinstance(each, Invalid)] == ["card_number_void"] * len(refused)
    [now] = await house.rows("SELECT version, card_number FROM registrations")
    assert now["version"] == 1 + len(answers) - len(refused)
    assert [
        row["card_number"] for row in await house.rows("SELECT card_number FROM card_numbers WHERE void_at IS NOT NULL")
    ] == [FIRST]
    told = [data for type_, _, data in await house.said() if type_.startswith("registration.")]
    assert [data["version"] for data in told] == list(range(1, now["version"] + 1))
    assert sum(data["previous_card_number"] == FIRST for data in told) == 1


async def test_two_replacements_of_one_unknown_card_make_one_registration(house: House) -> None:
    who = samples.applicant(card_number=samples.CARD)
    cases = [await house.claimed(kind="replacement", who=who) for _ in range(2)]
    answers = await asyncio.gather(*(approve(house, case) for case in cases), return_exceptions=True)
    assert sorted(isinstance(answer, Invalid) for answer in answers) == [False, True]
    assert await house.rows("SELECT count(*) AS registrations FROM registrations") == [{"registrations": 1}]


async def test_a_replacement_is_decided_once_whatever_comes_twice_and_in_any_order(house: House) -> None:
    await registered(house)
    for order in itertools.permutations(range(3)):
        card = (await house.rows("SELECT card_number FROM registrations"))[0]["card_number"]
        event = samples.handed_over(kind="replacement", who=samples.applicant(card_number=card))
        heard = [
            event,
            samples.withdrawal_requested(event.subject, 9),
            samples.contact_changed(event.subject, 1, "new@example.jp"),
        ]
        for place in (*order, *order):
            await house.hear(heard[place])
        case = (await house.of(event.subject)).case
        await use_cases.claim(house.review, case.id, house.reviewer)
        await approve(house, case)
        await house.hear(*heard)
        with pytest.raises(Conflict):
            await approve(house, case)
    told = [data["version"] for type_, _, data in await house.said() if type_ == "registration.changed.v1"]
    assert told == [2, 3, 4, 5, 6, 7]
    numbers = await house.rows("SELECT count(*) AS given, count(void_at) AS void FROM card_numbers")
    assert numbers == [{"given": 7, "void": 6}]
