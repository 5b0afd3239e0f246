"""Decisions: what is refused, and what each one does."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid, NotFound
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import (
    APPROVE,
    CORRECT,
    REJECT,
    Amended,
    Amendment,
    Decided,
    Decision,
    PastDecision,
    Reason,
    Staff,
    Verdict,
)
from tests.review import samples
from tests.review.conftest import House

APPROVAL = Decision(1, APPROVE)
CORRECTION = Decision(1, CORRECT, (Reason("field:address", "address_differs", "2丁目では？"),))
REJECTION = Decision(1, REJECT, (Reason("application", "not_eligible"),), note="窓口へどうぞ")


async def refused(house: House, case_id: UUID, decision: Decision, staff: Staff | None = None) -> list[tuple[str, str]]:
    """The faults of the decision, of which nothing may be left behind."""
    with pytest.raises(Invalid) as problem:
        await use_cases.decide(house.review, case_id, staff or house.reviewer, decision)
    assert await nothing_done(house)
    return [(error.field, error.code) for error in problem.value.errors]


async def conflict(house: House, case_id: UUID, decision: Decision, staff: Staff | None = None) -> str:
    with pytest.raises(Conflict) as problem:
        await use_cases.decide(house.review, case_id, staff or house.reviewer, decision)
    return problem.value.code


async def nothing_done(house: House) -> bool:
    tables = ("decisions", "registrations", "card_numbers", "card_counters", "outbox")
    return [await house.rows(f"SELECT * FROM {table}") for table in tables] == [[]] * len(tables)


async def test_a_case_that_is_not_there_cannot_be_decided(house: House) -> None:
    with pytest.raises(NotFound):
        await use_cases.decide(house.review, new_id(), house.reviewer, APPROVAL)


async def test_who_does_not_hold_the_claim_cannot_decide(house: House) -> None:
    view = await house.case()
    assert await conflict(house, view.case.id, APPROVAL) == "not_claimed"
    await use_cases.claim(house.review, view.case.id, house.colleague)
    assert await conflict(house, view.case.id, APPROVAL) == "not_claimed"
    assert await nothing_done(house)


async def test_a_claim_that_ran_out_does_not_decide(house: House) -> None:
    case = await house.claimed()
    house.clock.move(minutes=15)
    assert await conflict(house, case.id, APPROVAL) == "not_claimed"
    await use_cases.claim(house.review, case.id, house.reviewer)
    assert (await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)).status == "decided"


async def test_a_stale_version_does_not_decide(house: House) -> None:
    case = await house.claimed()
    assert await conflict(house, case.id, replace(APPROVAL, version=2)) == "stale_version"
    assert await conflict(house, case.id, replace(APPROVAL, version=0)) == "stale_version"
    assert await nothing_done(house)


async def test_a_decision_read_before_the_resubmission_is_stale(house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    await house.hear(samples.handed_over(case.application_id, round=2))
    await use_cases.claim(house.review, case.id, house.reviewer)
    assert await conflict(house, case.id, APPROVAL) == "stale_version"


@pytest.mark.parametrize("first", [APPROVAL, CORRECTION, REJECTION])
async def test_a_replayed_decision_is_refused_and_said_once(house: House, first: Decision) -> None:
    case = await house.claimed()
    decided = await use_cases.decide(house.review, case.id, house.reviewer, first)
    said = await house.said()
    for again in (first, replace(first, version=decided.version)):
        assert await conflict(house, case.id, again) == "wrong_state"
    assert await house.said() == said


async def test_two_reviewers_who_decide_at_once_do_not_both_win(house: House) -> None:
    for number in range(5):
        case = await house.claimed(who=samples.somebody(number))
        answers = await asyncio.gather(
            use_cases.decide(house.review, case.id, house.reviewer, APPROVAL),
            use_cases.decide(house.review, case.id, house.colleague, REJECTION),
            use_cases.decide(house.review, case.id, house.reviewer, REJECTION),
            return_exceptions=True,
        )
        won = [answer for answer in answers if isinstance(answer, Decided)]
        lost = [answer for answer in answers if isinstance(answer, Conflict)]
        assert (len(won), len(lost)) == (1, 2)
        view = await use_cases.get_case(house.review, case.id)
        assert [decision.card_number for decision in view.decisions] == [won[0].card_number]


@pytest.mark.parametrize(
    ("decision", "faults"),
    [
        (Decision(1, "maybe"), [("decision", "decision_unknown")]),
        (Decision(1, CORRECT), [("reasons", "reasons_required")]),
        (Decision(1, REJECT), [("reasons", "reasons_required")]),
        (Decision(1, CORRECT, (Reason("application", "no_such"),)), [("reasons/0/code", "reason_unknown")]),
        (
            Decision(1, REJECT, (Reason("application", "guardian_missing"),)),
            [("reasons/0/code", "reason_not_for_decision")],
        ),
        (Decision(1, CORRECT, (Reason("field:name", "blurred"),)), [("reasons/0/code", "reason_not_for_item")]),
        (Decision(1, CORRECT, (Reason("field:password", "other"),)), [("reasons/0/item", "item_unknown")]),
        (Decision(1, CORRECT, (Reason("field:extra", "other"),)), [("reasons/0/item", "item_unknown")]),
        (Decision(1, CORRECT, (Reason("everything", "other"),)), [("reasons/0/item", "item_unknown")]),
        (Decision(1, CORRECT, (Reason("document:x", "blurred"),)), [("reasons/0/item", "item_unknown")]),
        (Decision(1, CORRECT, (Reason(f"document:{new_id()}", "blurred"),)), [("reasons/0/item", "item_unknown")]),
        (
            Decision(1, CORRECT, (Reason("application", "other", "あ" * 401),)),
            [("reasons/0/note", "note_too_long")],
        ),
        (
            Decision(1, CORRECT, (Reason("application", "other"),) * 31),
            [("reasons", "too_many_reasons")],
        ),
        (replace(REJECTION, note="あ" * 401), [("note", "note_too_long")]),
        (replace(REJECTION, card_number=samples.CARD), [("card_number", "card_number_only_with_approval")]),
        (
            replace(CORRECTION, amendments=(Amendment("name", "x", "y"),)),
            [("amendments", "amendments_only_with_approval")],
        ),
        (
            replace(APPROVAL, reasons=(Reason("application", "other"),)),
            [("reasons/0/code", "reason_not_for_decision")],
        ),
        (
            replace(APPROVAL, verdicts=(Verdict(UUID(int=1), "perhaps"),)),
            [("verdicts/0/candidate", "candidate_unknown"), ("verdicts/0/verdict", "verdict_unknown")],
        ),
    ],
)
async def test_a_decision_with_a_fault_is_refused_whole(
    house: House, decision: Decision, faults: list[tuple[str, str]]
) -> None:
    case = await house.claimed()
    assert await refused(house, case.id, decision) == faults


async def test_another_cases_document_cannot_be_named(house: House) -> None:
    other = await house.case(who=samples.somebody(1))
    case = await house.claimed()
    decision = Decision(1, CORRECT, (Reason(f"document:{other.documents[0].id}", "blurred"),))
    assert await refused(house, case.id, decision) == [("reasons/0/item", "item_unknown")]


@pytest.mark.parametrize(
    ("amendment", "fault"),
    [
        (Amendment("email", "x@example.jp", "typo"), ("amendments/0/field", "field_unknown")),
        (Amendment("password", "x", "typo"), ("amendments/0/field", "field_unknown")),
        (Amendment("name", "水前寺 花", " "), ("amendments/0/reason", "required")),
        (Amendment("name", "水前寺 花", "あ" * 201), ("amendments/0/reason", "too_long")),
        (Amendment("name", "", "typo"), ("amendments/0/value", "required")),
        (Amendment("name", "花" * 101, "typo"), ("amendments/0/value", "too_long")),
        (Amendment("kana", "花", "typo"), ("amendments/0/value", "kana_kanji")),
        (Amendment("birth_date", "まいにち", "typo"), ("amendments/0/value", "dob_format")),
        (Amendment("postal_code", "123", "typo"), ("amendments/0/value", "postal_not_7_digits")),
        (Amendment("category", "king", "typo"), ("amendments/0/value", "code_unknown")),
        (Amendment("pickup_branch", "moon", "typo"), ("amendments/0/value", "code_unknown")),
        (Amendment("hold_contact", "pigeon", "typo"), ("amendments/0/value", "code_unknown")),
    ],
)
async def test_an_amendment_that_is_not_understood_is_refused(
    house: House, amendment: Amendment, fault: tuple[str, str]
) -> None:
    case = await house.claimed()
    assert await refused(house, case.id, replace(APPROVAL, amendments=(amendment,))) == [fault]


async def test_a_field_is_amended_once(house: House) -> None:
    case = await house.claimed()
    twice = (Amendment("name", "水前寺 花", "typo"),) * 2
    assert await refused(house, case.id, replace(APPROVAL, amendments=twice)) == [("amendments/1/field", "field_twice")]


async def test_approval_tells_intake_and_everyone_who_needs_the_card(house: House) -> None:
    case = await house.claimed()
    decided = await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)
    assert decided == Decided("decided", 2, "2900000000018")
    [registration] = await house.rows("SELECT id, version, status FROM registrations")
    assert (registration["version"], registration["status"]) == (1, "active")
    assert await house.said() == [
        ("review.approved.v1", case.application_id, {"round": 1, "application_version": 4}),
        ("registration.completed.v1", registration["id"], completed(case.application_id)),
    ]


def completed(application_id: UUID, **changed: Any) -> dict[str, Any]:
    registrant = {
        "name": "水前寺 はな",
        "name_kana": "スイゼンジ ハナ",
        "birth_date": "1991-04-12",
        "postal_code": "860-0000",
        "address": "熊本県熊本市中央区見本町1-2-3",
        "phone": "096-000-0000",
        "email": "hana@example.jp",
        "guardian_name": None,
    }
    known = {key: changed.pop(key) for key in list(changed) if key in registrant}
    return {
        "application_id": str(application_id),
        "version": 1,
        "card_number": "2900000000018",
        "previous_card_number": None,
        "registrant": registrant | known,
        "category": "resident",
        "expires_on": "2031-11-22",
        "pickup_branch": "main",
        "hold_contact": "mail",
    } | changed


async def test_the_email_is_told_only_to_tell_of_holds_by_mail(house: House) -> None:
    case = await house.claimed(who=samples.applicant(hold_contact="phone"))
    await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)
    assert (await house.said())[1][2] == completed(case.application_id, hold_contact="phone", email=None)


async def test_what_staff_mend_is_registered_and_kept_beside_what_was_applied_for(house: House) -> None:
    case = await house.claimed(who=samples.applicant(kana=None))
    mended = (
        Amendment("name", "水前寺　花", "免許証の表記"),
        Amendment("kana", "すいぜんじ はな", "電話で確認"),
        Amendment("birth_date", "平成3年4月13日", "免許証の表記"),
        Amendment("category", "partner", "連携市町村"),
    )
    await use_cases.decide(house.review, case.id, house.reviewer, replace(APPROVAL, amendments=mended))
    changed = {"name": "水前寺 花", "birth_date": "1991-04-13", "category": "partner"}
    assert (await house.said())[1][2] == completed(case.application_id, **changed)
    view = await use_cases.get_case(house.review, case.id)
    assert view.decisions[0].amendments == (
        Amended("name", "水前寺 はな", "水前寺 花", "免許証の表記"),
        Amended("kana", None, "スイゼンジ ハナ", "電話で確認"),
        Amended("birth_date", "1991-04-12", "1991-04-13", "免許証の表記"),
        Amended("category", "resident", "partner", "連携市町村"),
    )
    shown = {field.name: (field.display, field.registered) for field in view.applicant}
    assert shown["name"] == ("水前寺 はな", "水前寺 花")
    assert shown["category"] == ("熊本市在住", "連携市町村在住")
    assert shown["phone"] == ("096-000-0000", None)


async def test_a_correction_goes_back_to_intake_with_items_and_deadline(house: House) -> None:
    case = await house.claimed()
    photo = (await use_cases.get_case(house.review, case.id)).documents[0]
    reasons = (*CORRECTION.reasons, Reason(f"document:{photo.id}", "blurred"))
    decided = await use_cases.decide(house.review, case.id, house.reviewer, replace(CORRECTION, reasons=reasons))
    assert decided == Decided("correction_requested", 2, None)
    items = [
        {"item": "field:address", "code": "address_differs", "note": "2丁目では？"},
        {
            "item": f"document:{photo.id}",
            "code": "blurred",
            "note": None,
            "document_type": "driving_licence",
            "side": "front",
        },
    ]
    data = {
        "round": 1,
        "items": items,
        "deadline": "2026-12-06",
        "application_version": 4,
        "previous_deadline": None,
    }
    assert await house.said() == [("review.correction_requested.v1", case.application_id, data)]


async def test_the_deadline_counts_days_of_the_library_and_not_of_greenwich(house: House) -> None:
    house.clock.move(hours=13)
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    # The fourteenth day is a Monday, when nobody can be asked for help.
    assert (await house.said())[0][2]["deadline"] == "2026-12-08"


async def test_a_rejection_says_why(house: House) -> None:
    case = await house.claimed()
    decided = await use_cases.decide(house.review, case.id, house.reviewer, REJECTION)
    assert decided == Decided("decided", 2, None)
    reasons = [{"item": "application", "code": "not_eligible", "note": None}]
    data = {"round": 1, "reasons": reasons, "note": "窓口へどうぞ", "application_version": 4}
    assert await house.said() == [("review.rejected.v1", case.application_id, data)]


async def test_decisions_and_verdicts_are_kept_and_the_audit_holds_no_personal_data(house: House) -> None:
    other = await house.case()
    case = await house.claimed()
    verdicts = (Verdict(other.case.id, "different"),)
    mended = (Amendment("name", "水前寺 花", "ふりがなの誤り"),)
    decision = replace(APPROVAL, verdicts=verdicts, amendments=mended)
    await use_cases.decide(house.review, case.id, house.reviewer, decision)
    view = await use_cases.get_case(house.review, case.id)
    assert view.decisions == (
        PastDecision(
            decision=APPROVE,
            round=1,
            decided_at=house.clock(),
            username="hana",
            reasons=(),
            amendments=(Amended("name", "水前寺 はな", "水前寺 花", "ふりがなの誤り"),),
            verdicts=verdicts,
            note=None,
            card_number="2900000000018",
            card_unknown=False,
        ),
    )
    assert [(each.id, each.verdict) for each in view.duplicates] == [(other.case.id, "different")]
    audit = await house.rows("SELECT staff_id, detail FROM audit WHERE action = 'decided'")
    detail = {"decision": "approve", "round": 1, "reasons": [], "amended": ["name"]}
    assert audit == [{"staff_id": house.reviewer.id, "detail": detail}]
