"""Submitting and withdrawing: complete, once, and in step with the events."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid, NotFound
from chassis.ids import new_id
from chassis.testing import heard
from services.intake import use_cases
from tests.intake.conftest import House
from tests.intake.forms import child, commuter


async def refused(house: House, application_id: UUID, code: str) -> list[tuple[str, str]]:
    before, events = await house.application(application_id), await house.events()
    with pytest.raises(Invalid) as refusal:
        await use_cases.submit(house.intake, application_id)
    assert refusal.value.code == code
    assert await house.application(application_id) == before
    assert await house.events() == events
    return [(error.field, error.code) for error in refusal.value.errors]


async def test_without_a_proven_address_nothing_is_submitted(house: House) -> None:
    application = await house.receive()
    await house.photograph(application.id)
    await house.sign_in(application, "wrong proof")
    with pytest.raises(Conflict) as refusal:
        await use_cases.submit(house.intake, application.id)
    assert refusal.value.code == "email_not_proven"
    with pytest.raises(NotFound):
        await use_cases.submit(house.intake, new_id())


async def test_what_the_documents_do_not_prove_is_named(house: House) -> None:
    application = await house.proven(**commuter())
    four = [("documents", proof) for proof in ("name", "birth_date", "current_address", "work_or_school")]
    assert await refused(house, application.id, "documents_missing") == four
    await house.photograph(application.id, side="back")
    assert await refused(house, application.id, "documents_missing") == [
        *four[:2],
        four[3],
        ("documents.driving_licence.front", "side_missing"),
    ]
    await house.photograph(application.id, shows_address=False)
    assert await refused(house, application.id, "documents_missing") == four[3:]
    await house.photograph(application.id, "employee_id")
    assert (await use_cases.submit(house.intake, application.id)).status == "submitted"


async def test_a_document_with_an_old_address_needs_another(house: House) -> None:
    application = await house.proven()
    await house.photograph(application.id, "my_number_card", shows_address=False)
    assert await refused(house, application.id, "documents_missing") == [("documents", "current_address")]
    await house.photograph(application.id, "utility_bill", shows_address=None)
    await use_cases.submit(house.intake, application.id)


async def test_a_submission_hands_the_whole_application_to_review(house: House) -> None:
    application = await house.proven(**child(guardian_relation="mother", address="  熊本市　中央区大江６丁目１ー74"))
    document = await house.photograph(application.id)
    house.clock.move(hours=1)
    submitted = await use_cases.submit(house.intake, application.id)
    # A Sunday; Monday the 23rd is a holiday and open, so the Tuesday is closed.
    assert submitted.expected_on == date(2026, 11, 29)
    [said, handed] = (await house.events())[1:]
    assert (said.type, said.data) == (
        "application.submitted.v1",
        {
            "kind": "new",
            "receipt_number": application.receipt_number,
            "round": 1,
            "document_ids": [str(document.id)],
            "expected_date": "2026-11-29",
        },
    )
    assert handed.type == "application.handed_over.v1"
    assert handed.data == {
        "kind": "new",
        "receipt_number": application.receipt_number,
        "round": 1,
        "version": 2,
        "submitted_at": "2026-11-22T04:00:00Z",
        "expected_date": "2026-11-29",
        "language": "ja",
        "filled_by": "self",
        "policy_version": house.intake.policy.version,
        "consent": {"version": "2026-12", "at": "2026-11-22T03:00:00Z"},
        "applicant": {
            "name": {"raw": "水前寺　　花子", "display": "水前寺 花子", "match_key": "水前寺花子"},
            "kana": {"raw": "すいぜんじ ﾊﾅｺ", "display": "スイゼンジ ハナコ", "match_key": "スイゼンジハナコ"},
            "birth_date": "2016-05-05",
            "postal_code": {"raw": "８６２ー０９７１", "display": "862-0971", "match_key": "862-0971"},
            "address": {
                "raw": "  熊本市　中央区大江６丁目１ー74",
                "display": "熊本市 中央区大江6丁目1-74",
                "match_key": "中央区大江6-1-74",
            },
            "phone": {"raw": "０９０１２３４５６７８", "display": "090-1234-5678", "match_key": "+819012345678"},
            "email": {"raw": "Hana@Example.JP", "display": "Hana@example.jp", "match_key": "hana@example.jp"},
            "guardian_name": {"raw": "水前寺 太郎", "display": "水前寺 太郎", "match_key": "水前寺太郎"},
            "guardian_relation": "mother",
            "organisation_name": None,
            "organisation_address": None,
            "category": "resident",
            "pickup_branch": "main",
            "hold_contact": "mail",
            "card_number": None,
            "extra": {},
        },
        "documents": [
            {
                "id": str(document.id),
                "type": "driving_licence",
                "side": "front",
                "shows_current_address": True,
                "width": 2016,
                "height": 1512,
                "warnings": ["glare"],
                "mask": "none",
            }
        ],
        "outcomes": {"eligibility": "category_confirmed", "guardian": "required", "documents": "sufficient"},
        "expiry_notice": False,
    }


async def test_the_longest_values_that_are_understood_fit_the_contract(house: House) -> None:
    form = commuter(
        name=" " * 800 + "㈱" * 100,
        kana="ｶﾞ" * 100,
        address="㈱" * 66,
        organisation_name="㍿" * 25,
        organisation_address="熊" * 200,
        email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.jp",
        phone="096-328-6842" + " " * 900,
    )
    application = await house.receive(**form)
    await house.sign_in(application, await house.proof(application), form["email"])
    await house.photograph(application.id, "employee_id")
    await house.photograph(application.id)
    assert (await use_cases.submit(house.intake, application.id)).status == "submitted"


async def test_a_place_outside_the_lists_is_left_to_staff(house: House) -> None:
    application = await house.submitted(address="熊本県合志市豊岡1-1")
    assert application.outcomes == {
        "eligibility": "check_by_staff",
        "perhaps_category": "partner",
        "guardian": "not_required",
        "documents": "sufficient",
    }


async def test_a_double_submit_at_once_is_one_submission(house: House) -> None:
    application = await house.proven()
    await house.photograph(application.id)
    answers = await asyncio.gather(*(use_cases.submit(house.intake, application.id) for _ in range(6)))
    assert len(set(answers)) == 1
    house.clock.move(days=3)
    assert await use_cases.submit(house.intake, application.id) == answers[0]
    assert [event.type for event in await house.events()] == [
        "application.received.v1",
        "application.submitted.v1",
        "application.handed_over.v1",
    ]
    assert (await house.application(application.id)).round == 1


async def test_where_many_wait_it_takes_longer(house: House) -> None:
    busy = replace(house.intake.policy.expected_time, busy_from=1)
    house.intake = replace(house.intake, policy=replace(house.intake.policy, expected_time=busy))
    first, second = await house.submitted(), await house.submitted()
    assert (first.expected_on, second.expected_on) == (date(2026, 11, 29), date(2026, 12, 6))


async def test_a_correction_is_submitted_again_only_when_every_item_is_answered(house: House) -> None:
    application = await house.submitted()
    view = await use_cases.get_application(house.intake, application.id)
    [document] = view.documents
    await house.correction(application, (f"document:{document.id}", "blurred"), ("field:phone", "call_us"))
    named = [(f"document:{document.id}", "not_corrected"), ("field:phone", "not_corrected")]
    assert await refused(house, application.id, "corrections_missing") == named
    replaced = await house.photograph(application.id)
    assert await refused(house, application.id, "corrections_missing") == named[1:]
    version = (await house.application(application.id)).version
    await use_cases.change_application(house.intake, application.id, version, {"phone": "096-328-6842"})
    house.clock.move(days=1)
    await use_cases.submit(house.intake, application.id)
    again = await house.application(application.id)
    assert (again.status, again.round, again.corrections, again.correct_by) == ("submitted", 2, (), None)
    handed = (await house.events("application.handed_over.v1"))[-1]
    assert [each["id"] for each in handed.data["documents"]] == [str(replaced.id)]
    assert (handed.data["round"], handed.data["applicant"]["phone"]["display"]) == (2, "096-328-6842")


async def test_in_a_correction_other_documents_stay_as_they_are(house: House) -> None:
    application = await house.proven()
    front, back = await house.photograph(application.id), await house.photograph(application.id, side="back")
    await use_cases.submit(house.intake, application.id)
    await house.correction(await house.application(application.id), (f"document:{back.id}", "blurred"))
    with pytest.raises(Conflict) as refusal:
        await house.photograph(application.id)
    assert refusal.value.code == "document_not_open"
    with pytest.raises(Conflict):
        await use_cases.remove_document(house.intake, application.id, front.id)
    await house.photograph(application.id, side="back")
    second = await house.photograph(application.id, side="back")
    await use_cases.remove_document(house.intake, application.id, second.id)
    await use_cases.submit(house.intake, application.id)


async def test_an_address_that_differs_may_be_answered_by_a_bill_or_by_the_address(house: House) -> None:
    for by_bill in (True, False):
        application = await house.submitted()
        [document] = (await use_cases.get_application(house.intake, application.id)).documents
        await house.correction(application, (f"document:{document.id}", "address_differs"))
        if by_bill:
            await house.photograph(application.id, "utility_bill")
        else:
            fields = {"address": "熊本市東区健軍1-1"}
            version = (await house.application(application.id)).version
            await use_cases.change_application(house.intake, application.id, version, fields)
        await use_cases.submit(house.intake, application.id)


async def test_outcomes_stand_unless_the_applicant_mends_what_they_follow_from(house: House) -> None:
    application = await house.submitted()
    later = replace(house.intake.policy, version="later", municipality_lists=())
    house.intake = replace(house.intake, policy=later)
    await house.correction(application, ("field:phone", "call_us"))
    version = application.version + 1
    await use_cases.change_application(house.intake, application.id, version, {"phone": "096-328-6842"})
    await use_cases.submit(house.intake, application.id)
    again = await house.application(application.id)
    assert (again.outcomes, again.policy_version) == (application.outcomes, application.policy_version)
    await house.correction(again, ("field:address", "not_eligible"))
    fields = {"address": "熊本市東区健軍1-1"}
    await use_cases.change_application(house.intake, application.id, again.version + 1, fields)
    await use_cases.submit(house.intake, application.id)
    third = await house.application(application.id)
    assert third.outcomes == {"eligibility": "check_by_staff", "guardian": "not_required", "documents": "sufficient"}
    assert third.policy_version == "later"


async def test_the_guardian_rule_goes_by_the_day_of_submission(house: House) -> None:
    application = await house.submitted(birth_date="2012-04-01", guardian_name="水前寺 太郎")
    house.clock.move(days=140)
    await house.correction(application, ("field:kana", "name_differs"))
    version = application.version + 1
    changed = await use_cases.change_application(house.intake, application.id, version, {"kana": "スイゼンジ ハナ"})
    assert changed.applicant.display("guardian_name") == "水前寺 太郎"


async def test_withdrawing_before_submission_ends_it_at_once(house: House) -> None:
    application = await house.receive()
    assert await use_cases.withdraw(house.intake, application.id) == "withdrawn"
    assert await use_cases.withdraw(house.intake, application.id) == "withdrawn"
    [said] = await house.events("application.withdrawn.v1")
    assert said.data == {"round": 0}
    for act in (
        use_cases.submit(house.intake, application.id),
        use_cases.change_application(house.intake, application.id, 2, {"phone": "096-328-6842"}),
        house.photograph(application.id),
    ):
        with pytest.raises(Conflict) as refusal:
            await act
        assert refusal.value.code == "wrong_state"
    with pytest.raises(NotFound):
        await use_cases.withdraw(house.intake, new_id())


async def test_withdrawing_while_submitted_is_asked_of_review_once(house: House) -> None:
    application = await house.submitted()
    answers = await asyncio.gather(*(use_cases.withdraw(house.intake, application.id) for _ in range(4)))
    assert answers == ["withdrawal_requested"] * 4
    assert [event.data for event in await house.events("application.withdrawal_requested.v1")] == [{"round": 1}]
    await house.deliver(heard("review.withdrawal_accepted.v1", "review", application.id, {"round": 1}), times=2)
    assert (await house.application(application.id)).status == "withdrawn"
    assert await house.events("application.withdrawn.v1") == []


async def test_a_decision_that_came_first_stands(house: House) -> None:
    application = await house.submitted()
    await use_cases.withdraw(house.intake, application.id)
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    assert (await house.application(application.id)).status == "approved"
    with pytest.raises(Conflict):
        await use_cases.withdraw(house.intake, application.id)


async def test_a_withdrawal_that_crossed_a_request_for_correction_is_done(house: House) -> None:
    application = await house.submitted()
    await use_cases.withdraw(house.intake, application.id)
    await house.correction(application, ("field:phone", "call_us"), times=2)
    assert (await house.application(application.id)).status == "withdrawn"
    assert [event.data for event in await house.events("application.withdrawn.v1")] == [{"round": 1}]


async def test_submission_and_withdrawal_by_the_api(house: House) -> None:
    application = await house.receive()
    headers = {"Authorization": f"Bearer {await house.sign_in(application, await house.proof(application))}"}
    path = f"/api/v1/applications/{application.id}"
    async with house.client.post(f"{path}/submission", headers=headers) as response:
        answer = await response.json()
        assert (response.status, answer["code"]) == (422, "documents_missing")
        assert [error["code"] for error in answer["errors"]] == ["name", "birth_date", "current_address"]
    await house.photograph(application.id)
    async with house.client.post(f"{path}/submission", headers=headers) as response:
        assert (response.status, await response.json()) == (
            200,
            {"status": "submitted", "expected_date": "2026-11-29"},
        )
    for _ in range(2):
        async with house.client.post(f"{path}/withdrawal", headers=headers) as response:
            assert (response.status, await response.json()) == (202, {"status": "withdrawal_requested"})
    other = await house.receive()
    headers = {"Authorization": f"Bearer {await house.sign_in(other)}"}
    async with house.client.post(f"/api/v1/applications/{other.id}/withdrawal", headers=headers) as response:
        assert (response.status, await response.json()) == (200, {"status": "withdrawn"})
