"""Drafts: nothing typed is lost, the password never comes back, and a double click registers once."""

import asyncio

import pytest

from chassis.errors import Conflict, Invalid, NotFound
from services.intake import use_cases
from services.intake.model.views import DraftAt
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD, resident


def typed(**other: str) -> dict[str, str]:
    form = {**resident(), "consent": "on", **other}
    del form["password"]
    return form


async def test_what_is_wrong_is_kept_and_explained(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, DraftAt(), typed(name="", phone="O9012345678"), None)
    errors = [(error.field, error.code) for error in saved.understanding.errors]
    assert errors == [("name", "required"), ("phone", "phone_letter"), ("password", "required")]
    assert saved.understanding.applicant is None
    assert saved.understanding.values["phone"].suggest == "090-1234-5678"
    draft = await use_cases.find_draft(house.intake, saved.token)
    assert draft == saved.draft
    assert draft is not None
    assert draft.form == typed(name="", phone="O9012345678")
    with pytest.raises(Invalid):
        await use_cases.register_draft(house.intake, saved.at)
    assert await use_cases.find_draft(house.intake, saved.token) == draft


async def test_the_password_is_kept_as_a_hash_only_and_need_not_be_typed_again(house: House) -> None:
    first = await use_cases.save_draft(house.intake, DraftAt(), typed(phone=""), PASSWORD)
    assert first.draft.has_password
    again = await use_cases.save_draft(house.intake, first.at, typed(), "")
    assert (again.token, again.draft.has_password, again.understanding.errors) == (first.token, True, [])
    async with house.intake.db.connection() as conn:
        assert PASSWORD not in await conn.fetchval("SELECT d::text FROM drafts d")
    application = await use_cases.register_draft(house.intake, again.at)
    await house.sign_in(application, await house.proof(application))


async def test_a_password_that_is_refused_is_not_kept_nor_is_the_one_before(house: House) -> None:
    first = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    again = await use_cases.save_draft(house.intake, first.at, typed(), "123456")
    assert [(error.field, error.code) for error in again.understanding.errors] == [("password", "password_common")]
    assert not again.draft.has_password
    with pytest.raises(Invalid):
        await use_cases.register_draft(house.intake, again.at)


async def test_a_password_in_the_form_is_never_kept(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, DraftAt(), {**typed(), "password": PASSWORD}, None)
    assert "password" not in saved.draft.form
    assert not saved.draft.has_password


async def test_unknown_and_endless_fields_are_not_kept(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, DraftAt(), {**typed(name="山" * 90_000), "role": "x"}, PASSWORD)
    assert [(error.field, error.code) for error in saved.understanding.errors] == [
        ("name", "too_long"),
        ("role", "unknown_field"),
    ]
    assert saved.draft.form == typed(name="山" * 1000)


async def test_registering_many_times_at_once_makes_one_application_and_one_mail(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    applications = await asyncio.gather(*(use_cases.register_draft(house.intake, saved.at) for _ in range(6)))
    assert all(application == applications[0] for application in applications)
    assert [event.type for event in await house.events()] == ["application.received.v1"]
    draft = await use_cases.find_draft(house.intake, saved.token)
    assert draft is not None
    assert (draft.form, draft.has_password, draft.application_id) == ({}, False, applications[0].id)


async def test_after_registering_a_new_draft_begins(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    await use_cases.register_draft(house.intake, saved.at)
    other = await use_cases.save_draft(house.intake, saved.at, typed(), None)
    assert (other.token, other.draft.id != saved.draft.id) == (saved.token, True)
    assert not other.draft.has_password


async def test_what_is_typed_for_another_person_or_on_an_older_page_overwrites_nothing(house: House) -> None:
    first = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    child = typed(name="水前寺 実", kana="スイゼンジ ミノル", birth_date="2015-05-05")
    second = await use_cases.save_draft(house.intake, first.at, child, "shiroikumo8")
    mended = await use_cases.save_draft(house.intake, first.at, typed(name="水前寺 花"), None)
    older = await use_cases.save_draft(house.intake, first.at, typed(phone="0963286842"), None)
    kept = [await use_cases.find_draft(house.intake, first.token, each.draft.id) for each in (second, mended, older)]
    assert [draft.form for draft in kept if draft] == [child, typed(name="水前寺 花"), typed(phone="0963286842")]
    assert (mended.draft.id, mended.draft.version, older.draft.has_password) == (first.draft.id, 2, True)
    assert len({first.draft.id, second.draft.id, older.draft.id}) == 3


async def test_what_is_registered_is_what_was_confirmed(house: House) -> None:
    confirmed = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    changed = await use_cases.save_draft(house.intake, confirmed.at, typed(phone="0963286842"), None)
    with pytest.raises(Conflict, match="stale_draft"):
        await use_cases.register_draft(house.intake, confirmed.at)
    assert await house.rows("applications") == 0
    application = await use_cases.register_draft(house.intake, changed.at)
    assert application.applicant.display("phone") == "096-328-6842"


async def test_the_same_words_again_change_nothing(house: House) -> None:
    first = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    again = await use_cases.keep_in_draft(house.intake, first.at, typed())
    assert again.at == first.at


async def test_a_draft_opens_only_to_the_browser_that_wrote_it(house: House) -> None:
    mine = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    theirs = await use_cases.save_draft(house.intake, DraftAt(), typed(name="他人 太郎"), PASSWORD)
    stolen = DraftAt(theirs.token, mine.draft.id, mine.draft.version)
    assert await use_cases.find_draft(house.intake, theirs.token, mine.draft.id) is None
    with pytest.raises(NotFound):
        await use_cases.register_draft(house.intake, stolen)
    other = await use_cases.save_draft(house.intake, stolen, typed(name="書きかえ"), None)
    assert other.draft.id not in (mine.draft.id, theirs.draft.id)
    await use_cases.forget_drafts(house.intake, theirs.token)
    assert await use_cases.find_draft(house.intake, mine.token) == mine.draft


async def test_a_draft_expires_with_the_policys_deadline(house: House) -> None:
    saved = await use_cases.save_draft(house.intake, DraftAt(), typed(), PASSWORD)
    house.clock.move(days=7, seconds=1)
    assert await use_cases.find_draft(house.intake, saved.token) is None
    with pytest.raises(NotFound):
        await use_cases.register_draft(house.intake, saved.at)
    other = await use_cases.save_draft(house.intake, saved.at, typed(), None)
    assert other.token != saved.token


async def test_an_unknown_token_opens_no_draft(house: House) -> None:
    assert await use_cases.find_draft(house.intake, "nonsense") is None
    saved = await use_cases.save_draft(house.intake, DraftAt("chosen by somebody"), typed(), None)
    assert saved.token != "chosen by somebody"
