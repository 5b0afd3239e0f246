"""Drafts: nothing typed is lost, the password never comes back, and a double click registers once."""

import asyncio

import pytest

from chassis.errors import Invalid, NotFound
from services.intake import use_cases
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD, resident


def typed(**other: str) -> dict[str, str]:
    form = {**resident(), "consent": "on", **other}
    del form["password"]
    return form


async def test_what_is_wrong_is_kept_and_explained(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, None, typed(name="", phone="O9012345678"), None)
    errors = [(error.field, error.code) for error in saved.understanding.errors]
    assert errors == [("name", "required"), ("phone", "phone_letter"), ("password", "required")]
    assert saved.understanding.applicant is None
    assert saved.understanding.values["phone"].suggest == "090-1234-5678"
    draft = await use_cases.find_draft(house.intake, saved.token)
    assert draft == saved.draft
    assert draft is not None
    assert draft.form == typed(name="", phone="O9012345678")
    with pytest.raises(Invalid):
        await use_cases.register_draft(house.intake, saved.token)
    assert await use_cases.find_draft(house.intake, saved.token) == draft


async def test_the_password_is_kept_as_a_hash_only_and_need_not_be_typed_again(house: House) -> None:
    first = await use_cases.save_draft(house.intake, None, typed(phone=""), PASSWORD)
    assert first.draft.has_password
    again = await use_cases.save_draft(house.intake, first.token, typed(), "")
    assert (again.token, again.draft.has_password, again.understanding.errors) == (first.token, True, [])
    async with house.intake.db.connection() as conn:
        assert PASSWORD not in await conn.fetchval("SELECT d::text FROM drafts d")
    application = await use_cases.register_draft(house.intake, first.token)
    await house.sign_in(application, await house.proof(application))


async def test_a_password_that_is_refused_is_not_kept_nor_is_the_one_before(house: House) -> None:
    first = await use_cases.save_draft(house.intake, None, typed(), PASSWORD)
    again = await use_cases.save_draft(house.intake, first.token, typed(), "123456")
    assert [(error.field, error.code) for error in again.understanding.errors] == [("password", "password_common")]
    assert not again.draft.has_password
    with pytest.raises(Invalid):
        await use_cases.register_draft(house.intake, first.token)


async def test_a_password_in_the_form_is_never_kept(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, None, {**typed(), "password": PASSWORD}, None)
    assert "password" not in saved.draft.form
    assert not saved.draft.has_password


async def test_unknown_and_endless_fields_are_not_kept(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, None, {**typed(name="山" * 90_000), "role": "x"}, PASSWORD)
    assert [(error.field, error.code) for error in saved.understanding.errors] == [
        ("name", "too_long"),
        ("role", "unknown_field"),
    ]
    assert saved.draft.form == typed(name="山" * 1000)


async def test_registering_many_times_at_once_makes_one_application_and_one_mail(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, None, typed(), PASSWORD)
    applications = await asyncio.gather(*(use_cases.register_draft(house.intake, saved.token) for _ in range(6)))
    assert all(application == applications[0] for application in applications)
    assert [event.type for event in await house.events()] == ["application.received.v1"]
    draft = await use_cases.find_draft(house.intake, saved.token)
    assert draft is not None
    assert (draft.form, draft.has_password, draft.application_id) == ({}, False, applications[0].id)


async def test_after_registering_a_new_draft_begins(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, None, typed(), PASSWORD)
    await use_cases.register_draft(house.intake, saved.token)
    other = await use_cases.save_draft(house.intake, saved.token, typed(), None)
    assert other.token != saved.token
    assert not other.draft.has_password


async def test_a_draft_expires_with_the_policys_deadline(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, None, typed(), PASSWORD)
    house.clock.move(days=7, seconds=1)
    assert await use_cases.find_draft(house.intake, saved.token) is None
    with pytest.raises(NotFound):
        await use_cases.register_draft(house.intake, saved.token)
    other = await use_cases.save_draft(house.intake, saved.token, typed(), None)
    assert other.token != saved.token


async def test_an_unknown_token_opens_no_draft(house: House) -> None:
    assert await use_cases.find_draft(house.intake, "nonsense") is None
    saved = await use_cases.save_draft(house.intake, "chosen by somebody", typed(), None)
    assert saved.token != "chosen by somebody"
