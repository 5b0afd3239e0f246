"""The queue and the case, as staff read them."""

import json
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Invalid, NotFound
from chassis.ids import new_id
from services.review import use_cases
from services.review.answers import listed_json
from services.review.model import CORRECT, Check, Decision, Field, Reason
from services.review.model.candidates import (
    ADDRESS_AND_BIRTH_DATE,
    KANA_AND_BIRTH_DATE,
    NAME_AND_BIRTH_DATE,
    PHONE,
)
from tests.review import samples
from tests.review.conftest import House


@pytest.mark.parametrize("after", ["x", "MXx4fHk", "あ", "////", "MXwyMDI2LTExLTIwVDAxOjAwOjAwKzAwOjAwfHg", "\0"])
async def test_a_place_that_we_did_not_give_out_is_refused(house: House, after: str) -> None:
    with pytest.raises(Invalid) as refused:
        await use_cases.list_cases(house.review, None, after)
    assert [(error.field, error.code) for error in refused.value.errors] == [("after", "after_invalid")]


async def test_an_unknown_status_is_refused(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await use_cases.list_cases(house.review, "on_fire", "")
    assert [(error.field, error.code) for error in refused.value.errors] == [("status", "status_unknown")]


async def test_a_case_that_is_not_there_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        await use_cases.get_case(house.review, new_id())


async def test_resubmitted_cases_come_first_then_the_oldest_and_pages_join_without_gaps(house: House) -> None:
    expected: list[UUID] = []
    for number in range(7):
        event = samples.handed_over(who=samples.somebody(number), submitted_at=f"2026-11-{20 - number}T01:00:00Z")
        await house.hear(event)
        expected.insert(0, event.subject)
    again = samples.handed_over(round=2, who=samples.somebody(8), submitted_at="2026-11-21T01:00:00Z")
    await house.hear(again)
    expected.insert(0, again.subject)
    for size in (1, 3, 8, 50):
        seen, after = [], ""
        while True:
            page = await use_cases.list_cases(house.review, None, after, size)
            assert len(page.cases) <= size
            seen += [listed.case.application_id for listed in page.cases]
            if page.next is None:
                break
            after = page.next
        assert seen == expected


async def test_the_queue_can_be_asked_for_one_status(house: House) -> None:
    waiting = await house.case(who=samples.somebody(1))
    claimed = await house.claimed(who=samples.somebody(2))
    corrected = await house.claimed(who=samples.somebody(3))
    reasons = (Reason("field:address", "address_differs"),)
    await use_cases.decide(house.review, corrected.id, house.reviewer, Decision(1, CORRECT, reasons))
    closed = await house.case(who=samples.somebody(4))
    await house.hear(samples.withdrawal_requested(closed.case.application_id))

    async def ids(status: str | None) -> set[Any]:
        return {listed.case.id for listed in (await use_cases.list_cases(house.review, status, "")).cases}

    assert await ids("waiting") == {waiting.case.id}
    assert await ids("claimed") == {claimed.id}
    assert await ids("open") == {waiting.case.id, claimed.id}
    assert await ids("correction_requested") == {corrected.id}
    assert await ids("closed") == {closed.case.id}
    assert await ids("decided") == set()
    assert await ids(None) == {waiting.case.id, claimed.id, corrected.id, closed.case.id}
    house.clock.move(minutes=15)
    assert await ids("claimed") == set()
    assert await ids("waiting") == {waiting.case.id, claimed.id}


async def test_the_queue_names_nobody(house: House) -> None:
    renewal = samples.applicant(card_number="2900 0000 01237")
    view = await house.case(kind="renewal", who=renewal, documents=[samples.document(), samples.document()])
    await house.hear(samples.mail(view.case.application_id, "failed"))
    [listed] = (await use_cases.list_cases(house.review, None, "")).cases
    assert (listed.documents, listed.card_unknown, listed.mail_undelivered) == (2, True, True)
    said = json.dumps(dict(listed_json(listed)), ensure_ascii=False)
    for personal in ("水前寺", "スイゼンジ", "1991", "見本町", "860", "000-0000", "example.jp"):
        assert personal not in said


async def test_the_case_says_what_was_typed_and_how_it_is_understood(house: House) -> None:
    view = await house.case(who=samples.applicant(extra={"large_print": True, "wishes": ["a", "b"], "note": None}))
    fields = {field.name: field for field in view.applicant}
    assert fields["name"] == Field("name", "水前寺　はな", "水前寺 はな")
    assert fields["birth_date"] == Field("birth_date", None, "1991-04-12")
    assert fields["kana"].display == "スイゼンジ ハナ"
    assert fields["category"] == Field("category", "resident", "熊本市在住")
    assert fields["pickup_branch"].display == "熊本市立図書館（本館）"
    assert fields["hold_contact"].display == "メール"
    assert fields["guardian_name"] == Field("guardian_name", None, None)
    extra = {name: field.display for name, field in fields.items() if name.startswith("extra:")}
    assert extra == {"extra:large_print": "はい", "extra:wishes": "a、b", "extra:note": None}


async def test_the_rules_answers_and_warnings_are_said_in_words(house: House) -> None:
    photo = samples.document(warnings=["glare"])
    outcomes = {
        "eligibility": "check_by_staff",
        "perhaps_category": "partner",
        "guardian": "required",
        "documents": "sufficient",
        "unheard_of": "odd",
    }
    view = await house.case(documents=[photo], outcomes=outcomes)
    checks = {check.code: check for check in view.checks}
    assert checks["perhaps_category"] == Check(
        "perhaps_category", "partner", "住所からは「連携市町村在住」の区分にあたるかもしれません。", True
    )
    assert checks["unheard_of"] == Check("unheard_of", "odd", "unheard_of: odd", True)
    attention = {code: check.attention for code, check in checks.items() if code in outcomes}
    assert attention == dict.fromkeys(outcomes, True) | {"documents": False}
    assert checks["document_warning"].text == "運転免許証（表面）: 光が反射しているようです。"


async def test_a_person_who_may_be_there_already_is_a_candidate_with_the_reasons(house: House) -> None:
    first = await house.case()
    people = {
        "kana": samples.applicant(name=samples.typed("別の 名"), address=_place(1), phone=_phone(1)),
        "name": samples.applicant(kana=samples.typed("ベツ ノ"), address=_place(2), phone=_phone(2)),
        "address": samples.applicant(name=samples.typed("弟 見本"), kana=samples.typed("オトウト"), phone=_phone(3)),
        "phone": samples.applicant(birth_date="2015-05-05"),
    }
    reasons = {
        "kana": {KANA_AND_BIRTH_DATE},
        "name": {NAME_AND_BIRTH_DATE},
        "address": {ADDRESS_AND_BIRTH_DATE},
        "phone": {PHONE},
    }
    for name, who in people.items():
        view = await house.case(who=who)
        [found] = [each for each in view.duplicates if each.id == first.case.id]
        assert set(found.reasons) == reasons[name], name
        assert (found.source, found.receipt_number) == ("case", first.case.receipt_number)


async def test_the_same_email_or_an_empty_key_alone_makes_no_candidate(house: House) -> None:
    nothing = {"raw": "？", "display": "？", "match_key": ""}
    await house.case(who=samples.applicant(kana=None, phone=nothing, address=nothing, name=samples.typed("一 郎")))
    who = samples.applicant(kana=None, phone=nothing, address=nothing, name=samples.typed("二 郎"))
    assert (await house.case(who=who)).duplicates == ()
    relative = samples.somebody(7) | {"email": samples.typed("hana@example.jp")}
    assert (await house.case(who=relative)).duplicates == ()


async def test_who_withdrew_is_no_candidate(house: House) -> None:
    first = await house.case()
    await house.hear(samples.withdrawal_requested(first.case.application_id))
    assert (await house.case()).duplicates == ()


def _place(number: int) -> dict[str, str]:
    return samples.typed(f"熊本市例町{number}")


def _phone(number: int) -> dict[str, str]:
    return samples.typed(f"096-111-000{number}")
