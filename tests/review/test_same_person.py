"""One person, one card: whoever is said to be the same person gets no second one, whatever the way and the order."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, REJECT, Amendment, Case, Decision, Reason, SameAs, Verdict
from services.review.model.candidates import MOST
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_changes_of_registrations import FIRST, MOVED, SECOND, approve, checks, registered

TABLES = ("registrations", "registration_versions", "card_numbers", "card_counters", "decisions")
#: The sister of `samples.applicant`, born the same day, in the same house, with the same telephone and address for mail.
TWIN = {"name": samples.typed("水前寺 ゆき"), "kana": samples.typed("スイゼンジ ユキ")}
MARRIED = {"name": samples.typed("出水 はな"), "kana": samples.typed("イズミ ハナ")}


async def conflict(house: House, case: Case, **changed: Any) -> str:
    """Why it is refused; nothing was done."""
    before = await everything(house)
    with pytest.raises(Conflict) as refused:
        await approve(house, case, **changed)
    assert await everything(house) == before
    return refused.value.code


async def everything(house: House) -> object:
    return await house.said(), [await house.rows(f"SELECT * FROM {table}") for table in TABLES]


async def cards(house: House) -> list[str]:
    rows = await house.rows("SELECT card_number FROM registrations WHERE status = 'active' ORDER BY 1")
    return [row["card_number"] for row in rows]


def same(candidate: UUID) -> tuple[Verdict, ...]:
    return (Verdict(candidate, "same"),)


async def next_round(house: House, case: Case, **changed: Any) -> Case:
    """The applicant sends it again, and a colleague takes it."""
    await house.hear(samples.handed_over(case.application_id, round=case.round + 1, **changed))
    return await use_cases.claim(house.review, case.id, house.colleague)


async def test_a_second_card_for_the_same_person_is_refused(house: House) -> None:
    registration = await registered(house)
    case = await house.claimed()
    assert await conflict(house, case, verdicts=same(registration)) == "same_person"
    assert await cards(house) == [FIRST]
    # It is another person after all.
    assert await approve(house, case, verdicts=(Verdict(registration, "different"),)) == SECOND


async def test_a_card_of_another_system_is_a_second_one_too(house: House) -> None:
    registration = await registered(house)
    for kind in ("renewal", "change", "replacement"):
        case = await house.claimed(kind=kind, who=samples.applicant(card_number=samples.CARD))
        assert await conflict(house, case, verdicts=same(registration)) == "same_person"


async def test_another_persons_registration_is_not_renewed_for_the_same_person(house: House) -> None:
    """Two registrations of one person: the card names one of them, the reviewer the other."""
    one = await registered(house)
    await approve(house, await house.claimed())
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number=SECOND))
    assert await conflict(house, case, verdicts=same(one)) == "same_person"
    other = (await house.rows("SELECT id FROM registrations WHERE id <> $1", one))[0]["id"]
    assert await approve(house, case, same_as=SameAs(other, "renewal"), verdicts=same(one)) == SECOND


@pytest.mark.parametrize("kind", ["renewal", "change", "replacement"])
async def test_the_own_card_of_the_same_person_goes_on_working(house: House, kind: str) -> None:
    registration = await registered(house)
    # As staff found it: the applicant mistyped the number, so that their own registration is a candidate.
    case = await house.claimed(kind=kind, who=samples.applicant(card_number=samples.CARD))
    right = (Amendment("card_number", FIRST, "電話で確認"),)
    number = None if kind == "replacement" else FIRST
    made = await approve(house, case, card_number=number, amendments=right, verdicts=same(registration))
    assert made == (SECOND if kind == "replacement" else FIRST)
    assert await cards(house) == [made]


async def test_what_was_said_in_an_earlier_round_holds_for_whoever_decides_the_next(house: House) -> None:
    registration = await registered(house)
    case = await house.claimed()
    asked = Decision(1, CORRECT, (Reason("application", "call_us"),), verdicts=same(registration))
    await use_cases.decide(house.review, case.id, house.reviewer, asked)
    # Meanwhile the person has nothing in common any more with the registration, and still is the same.
    case = await next_round(house, case, who=samples.somebody(5))
    view = await use_cases.get_case(house.review, case.id)
    assert [(each.id, each.verdict, each.reasons) for each in view.duplicates] == [(registration, "same", ())]
    again = Decision(case.version, APPROVE)
    with pytest.raises(Conflict, match="same_person"):
        await use_cases.decide(house.review, case.id, house.colleague, again)
    assert await cards(house) == [FIRST]
    unsaid = replace(again, verdicts=(Verdict(registration, "unsure"),))
    await use_cases.decide(house.review, case.id, house.colleague, unsaid)
    assert await cards(house) == [FIRST, SECOND]


async def test_of_two_applications_of_one_person_one_must_end_first(house: House) -> None:
    other, case = await house.claimed(), await house.claimed()
    assert await conflict(house, case, verdicts=same(other.id)) == "same_person"
    rejection = Decision(1, REJECT, (Reason("application", "not_eligible"),), verdicts=same(case.id))
    await use_cases.decide(house.review, other.id, house.reviewer, rejection)
    # Whoever was rejected has no card.
    assert await approve(house, case, verdicts=same(other.id)) == FIRST


@pytest.mark.parametrize("said_of", ["approved first", "approved last"])
async def test_what_was_said_of_the_other_application_holds_in_both_orders(house: House, said_of: str) -> None:
    one, two = await house.claimed(), await house.claimed(who=samples.applicant(name=samples.typed("水前寺 華")))
    speaking, other = (two, one) if said_of == "approved first" else (one, two)
    asked = Decision(1, CORRECT, (Reason("application", "call_us"),), verdicts=same(other.id))
    await use_cases.decide(house.review, speaking.id, house.reviewer, asked)
    if said_of == "approved first":
        await approve(house, one)
        two = await next_round(house, two)
        with pytest.raises(Conflict, match="same_person"):
            await use_cases.decide(house.review, two.id, house.colleague, Decision(two.version, APPROVE))
    else:
        one = await next_round(house, one)
        registration = await registered_of(house, one)
        assert await conflict(house, two) == "same_person"
        # Said on this case, later: no.
        assert await approve(house, two, verdicts=(Verdict(registration, "different"),)) == SECOND


async def registered_of(house: House, case: Case) -> UUID:
    """Approved as the renewal of a card of theirs, while the other application still waits."""
    own = await registered_as(house, samples.somebody(7))
    await house.rows("UPDATE registrations SET birth_date = '1991-04-12' WHERE id = $1", own)
    decision = Decision(case.version, APPROVE, same_as=SameAs(own, "renewal"))
    await use_cases.decide(house.review, case.id, house.colleague, decision)
    return own


async def registered_as(house: House, who: dict[str, Any]) -> UUID:
    case = await house.claimed(who=who)
    await approve(house, case)
    rows = await house.rows("SELECT id FROM registrations WHERE application_id = $1", case.application_id)
    return UUID(str(rows[0]["id"]))


async def test_who_is_said_to_be_the_same_while_both_are_approved_has_one_card_more_at_most(house: House) -> None:
    registration = await registered(house)
    cases = [await house.claimed() for _ in range(4)]
    answers = await asyncio.gather(
        *(approve(house, case, verdicts=same(registration)) for case in cases), return_exceptions=True
    )
    assert [type(each) for each in answers] == [Conflict] * 4
    assert await cards(house) == [FIRST]


@pytest.mark.parametrize(
    ("kind", "number", "event"),
    [
        ("renewal", FIRST, "registration.renewed.v1"),
        ("change", FIRST, "registration.changed.v1"),
        ("replacement", SECOND, "registration.changed.v1"),
    ],
)
async def test_a_new_application_of_who_has_a_card_changes_that_card(
    house: House, kind: str, number: str, event: str
) -> None:
    registration = await registered(house)
    house.clock.move(days=365)
    case = await house.claimed(who=samples.applicant(address=MOVED))
    made = await approve(house, case, same_as=SameAs(registration, kind), verdicts=same(registration))
    assert (made, await cards(house)) == (number, [number])
    [row] = await house.rows("SELECT id, version, address, expires_on::text FROM registrations")
    last_day = "2032-11-22" if kind == "renewal" else "2031-11-22"
    assert row == {"id": registration, "version": 2, "address": "熊本市例町9", "expires_on": last_day}
    type_, subject, data = (await house.said())[-1]
    assert (type_, subject, data["version"], data["card_number"]) == (event, registration, 2, number)
    assert data["previous_card_number"] == (FIRST if kind == "replacement" else None)
    view = await use_cases.get_case(house.review, case.id)
    assert view.decisions[-1].same_as == SameAs(registration, kind)


async def test_what_an_approval_cannot_be_is_said(house: House) -> None:
    registration = await registered(house)
    case = await house.claimed(who=samples.applicant(birth_date="1990-04-12"))
    renewal = SameAs(registration, "renewal")
    reject = {"decision": REJECT, "reasons": (Reason("application", "not_eligible"),)}
    for changed, code in (
        ({"same_as": SameAs(new_id(), "renewal")}, "registration_unknown"),
        ({"same_as": renewal}, "card_number_of_another"),
        ({"same_as": SameAs(registration, "theft")}, "same_as_unknown"),
        ({"same_as": renewal, "verdicts": (Verdict(registration, "different"),)}, "same_as_contradicts_verdict"),
        ({"same_as": renewal, **reject}, "same_as_only_with_approval"),
    ):
        before = await everything(house)
        with pytest.raises(Invalid) as refused:
            await approve(house, case, **changed)
        assert [(each.field, each.code) for each in refused.value.errors] == [("same_as", code)]
        assert await everything(house) == before


@pytest.mark.parametrize("kind", ["renewal", "change", "replacement"])
async def test_a_twins_card_is_neither_fitting_nor_overwritten(house: House, kind: str) -> None:
    await registered(house)
    case = await house.claimed(kind=kind, who=samples.applicant(card_number=FIRST, **TWIN))
    [(outcome, text)] = await checks(house, case, "card")
    assert (outcome, "水前寺 はな さんの登録です。氏名もフリガナも違い" in text) == ("card_of_another", True)
    assert await conflict(house, case) == "card_of_another"
    assert await conflict(house, case, card_number=None if kind == "replacement" else FIRST) == "card_of_another"


async def test_the_card_that_staff_type_is_compared_too(house: House) -> None:
    await registered(house)
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number=samples.CARD, **TWIN))
    assert await conflict(house, case, card_number=FIRST) == "card_of_another"


async def test_without_kana_the_name_alone_is_compared(house: House) -> None:
    await registered(house)
    foreign = samples.applicant(card_number=FIRST, kana=None, name=samples.typed("NGUYEN Van An"))
    assert await conflict(house, await house.claimed(kind="change", who=foreign)) == "card_of_another"
    known = samples.applicant(card_number=FIRST, kana=None)
    assert await approve(house, await house.claimed(kind="change", who=known)) == FIRST


async def test_who_married_keeps_the_card_once_staff_say_who_it_is(house: House) -> None:
    registration = await registered(house)
    case = await house.claimed(kind="change", who=samples.applicant(card_number=FIRST, **MARRIED))
    view = await use_cases.get_case(house.review, case.id)
    assert view.card_holder is not None
    assert (view.card_holder.id, view.card_holder.name) == (registration, "水前寺 はな")
    assert await conflict(house, case) == "card_of_another"
    assert await approve(house, case, same_as=SameAs(registration, "change")) == FIRST
    [row] = await house.rows("SELECT name, version FROM registrations")
    assert row == {"name": "出水 はな", "version": 2}


async def test_the_kana_alone_or_the_name_alone_is_enough(house: House) -> None:
    await registered(house)
    for changed in ({"name": TWIN["name"]}, {}):
        case = await house.claimed(kind="change", who=samples.applicant(card_number=FIRST, **changed))
        assert await approve(house, case) == FIRST


async def test_the_strongest_of_many_candidates_is_shown_and_more_are_said(house: House) -> None:
    """Sixty people have one telephone; the one with everything in common has the largest id."""
    school = samples.applicant()["phone"]
    for number in range(60):
        await house.case(who=samples.somebody(number) | {"phone": school})
    true = await house.case()
    view = await house.case()
    assert (view.duplicates[0].id, len(view.duplicates[0].reasons)) == (true.case.id, 4)
    assert (len(view.duplicates), view.more_duplicates) == (MOST, True)
    assert (await use_cases.get_case(house.review, true.case.id)).duplicates[0].id == view.case.id


async def test_the_same_name_is_found_among_all_who_share_a_telephone(house: House) -> None:
    """With another birth date, as a slip makes it."""
    school = samples.applicant()["phone"]
    for number in range(60):
        await house.case(who=samples.somebody(number) | {"phone": school})
    slip = await house.case(who=samples.applicant(birth_date="1991-04-13"))
    view = await house.case()
    assert (view.duplicates[0].id, view.duplicates[0].reasons) == (slip.case.id, ("phone",))


async def test_few_candidates_are_all_there_is(house: House) -> None:
    await house.case()
    assert not (await house.case()).more_duplicates
