"""Changing an application: only what is open, only the version last read, all or nothing."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid, NotFound
from chassis.ids import new_id
from chassis.testing import heard
from services.intake import use_cases
from tests.intake.conftest import House
from tests.intake.forms import child, commuter


async def refused(house: House, application_id: UUID, version: int, **fields: Any) -> list[tuple[str, str]]:
    before = await house.application(application_id)
    with pytest.raises(Invalid) as refusal:
        await use_cases.change_application(house.intake, application_id, version, fields)
    assert await house.application(application_id) == before
    return [(error.field, error.code) for error in refusal.value.errors]


async def test_what_is_changed_is_understood_and_the_rest_stays(house: House) -> None:
    application = await house.receive()
    changed = await use_cases.change_application(house.intake, application.id, 1, {"phone": "０９６ー３２８ー６８４２"})
    assert changed.version == 2
    assert changed.applicant.display("phone") == "096-328-6842"
    assert {**changed.applicant.values, "phone": 0} == {**application.applicant.values, "phone": 0}
    assert await house.application(application.id) == changed


async def test_a_stale_version_is_refused_and_nothing_is_lost(house: House) -> None:
    application = await house.receive()
    changed = await use_cases.change_application(house.intake, application.id, 1, {"phone": "096-328-6842"})
    for stale in (1, 3, -1):
        with pytest.raises(Conflict) as refusal:
            await use_cases.change_application(house.intake, application.id, stale, {"phone": "090-1111-2222"})
        assert refusal.value.code == "stale_version"
    assert await house.application(application.id) == changed


async def test_of_two_changes_at_once_one_is_stale(house: House) -> None:
    application = await house.receive()
    changes = (
        use_cases.change_application(house.intake, application.id, 1, {"phone": f"090-1111-000{n}"}) for n in range(4)
    )
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Application", "Conflict", "Conflict", "Conflict"]


@pytest.mark.parametrize(
    "field", ["email", "password", "kind", "language", "filled_by", "consent", "expiry_notice", "extra", "card_number"]
)
async def test_what_is_settled_cannot_be_changed(house: House, field: str) -> None:
    application = await house.receive()
    assert await refused(house, application.id, 1, **{field: "x"}) == [(field, "field_not_open")]


async def test_unknown_and_wrong_values_are_refused(house: House) -> None:
    application = await house.receive()
    assert await refused(house, application.id, 1, colour="blue") == [("colour", "unknown_field")]
    assert await refused(house, application.id, 1, name="", phone="1") == [
        ("name", "required"),
        ("phone", "phone_invalid"),
    ]
    assert await refused(house, application.id, 1, pickup_branch="moon") == [("pickup_branch", "unknown_code")]
    assert await refused(house, application.id, 1, name=7) == [("name", "wrong_type")]


async def test_what_follows_from_a_change_is_asked_for(house: House) -> None:
    application = await house.receive()
    assert await refused(house, application.id, 1, birth_date="2016-05-05") == [("guardian_name", "guardian_required")]
    assert await refused(house, application.id, 1, category="commuter") == [
        ("organisation_name", "organisation_required"),
        ("organisation_address", "organisation_required"),
    ]
    fields = {"birth_date": "2016-05-05", "guardian_name": "水前寺 太郎"}
    changed = await use_cases.change_application(house.intake, application.id, 1, fields)
    assert changed.applicant.display("guardian_name") == "水前寺 太郎"
    changed = await use_cases.change_application(house.intake, application.id, 2, {"birth_date": "1991-04-12"})
    assert "guardian_name" not in changed.applicant.values


async def test_what_no_longer_applies_falls_away(house: House) -> None:
    application = await house.receive(**commuter())
    changed = await use_cases.change_application(house.intake, application.id, 1, {"category": "resident"})
    assert "organisation_name" not in changed.applicant.values
    family = await house.receive(**child(guardian_relation="mother"))
    changed = await use_cases.change_application(house.intake, family.id, 1, {"guardian_relation": ""})
    assert "guardian_relation" not in changed.applicant.values
    latin = await use_cases.change_application(house.intake, family.id, 2, {"name": "Anna Kowalska", "kana": None})
    assert "kana" not in latin.applicant.values


async def test_nothing_can_be_changed_once_it_is_decided(house: House) -> None:
    application = await house.submitted()
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    application = await house.application(application.id)
    with pytest.raises(Conflict) as refusal:
        await use_cases.change_application(house.intake, application.id, application.version, {"phone": "096-328-6842"})
    assert refusal.value.code == "wrong_state"
    with pytest.raises(NotFound):
        await use_cases.change_application(house.intake, new_id(), 1, {})


async def test_in_a_correction_only_the_named_fields_and_their_companions_are_open(house: House) -> None:
    application = await house.submitted()
    await house.correction(application, ("field:name", "name_differs"), ("field:phone", "call_us"))
    view = await use_cases.get_application(house.intake, application.id)
    assert view.open_fields == ("name", "kana", "phone")
    version = view.application.version
    assert await refused(house, application.id, version, address="熊本市") == [("address", "field_not_open")]
    changed = await use_cases.change_application(house.intake, application.id, version, {"name": "水前寺 花"})
    view = await use_cases.get_application(house.intake, application.id)
    assert [(each.reason.item, each.done) for each in view.corrections] == [
        ("field:name", True),
        ("field:phone", False),
    ]
    assert changed.applicant.display("name") == "水前寺 花"


async def test_the_api_shows_and_changes_an_application(house: House) -> None:
    application = await house.receive()
    headers = {"Authorization": f"Bearer {await house.sign_in(application)}"}
    path = f"/api/v1/applications/{application.id}"
    async with house.client.patch(path, json={"version": 1, "phone": "096-328-6842"}, headers=headers) as response:
        assert response.status == 200
        changed = await response.json()
    async with house.client.get(path, headers=headers) as response:
        answer = await response.json()
    assert answer == changed
    assert {name: answer[name] for name in ("id", "receipt_number", "status", "version", "round", "email_proven")} == {
        "id": str(application.id),
        "receipt_number": application.receipt_number,
        "status": "provisional",
        "version": 2,
        "round": 0,
        "email_proven": False,
    }
    assert answer["applicant"]["phone"] == "096-328-6842"
    assert answer["missing"] == ["name", "birth_date", "current_address"]
    assert answer["timeline"] == [{"at": "2026-11-22T03:00:00Z", "what": "received"}]
    for body, status, code in (
        ({"version": 1, "phone": "090-1234-5678"}, 409, "stale_version"),
        ({"phone": "090-1234-5678"}, 422, "invalid"),
        ({"version": "2"}, 422, "invalid"),
        ({"version": True}, 422, "invalid"),
        ({"version": 2**31}, 422, "invalid"),
        ({"version": 2, "phone": 5}, 422, "invalid"),
        ({"version": 2, "email": "x@example.jp"}, 422, "invalid"),
        ({"version": 2, "colour": "blue"}, 422, "invalid"),
    ):
        async with house.client.patch(path, json=body, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (status, code)
