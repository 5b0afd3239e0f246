"""What the clock does: each reminder once, the end after the last day and not before, and a pause that moves both."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest

from chassis.errors import Conflict, Unavailable
from rules.policy_days import Pause
from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.model.views import DraftAt
from services.intake.use_cases.deadlines import expire, remind
from services.intake.use_cases.housekeeping import forget_expired
from tests.intake.conftest import House
from tests.intake.forms import resident

NOTICE = {"ja": "システムを差し替えています。"}


def paused(house: House, first: str, last: str) -> House:
    """The same house, whose library receives nothing on these days."""
    pause = Pause(date.fromisoformat(first), date.fromisoformat(last), NOTICE)
    policy = dataclasses.replace(house.intake.policy, pauses=(pause,))
    return dataclasses.replace(house, intake=dataclasses.replace(house.intake, policy=policy))


async def reminders(house: House) -> list[Any]:
    return [dict(event.data) for event in await house.events("application.reminder_due.v1")]


async def ends(house: House) -> list[Any]:
    return [(event.subject, dict(event.data)) for event in await house.events("application.expired.v1")]


async def corrected(house: House) -> Application:
    """An application whose phone number is to be mended by 6 December."""
    application = await house.submitted()
    await house.correction(application, ("field:phone", "call_us"))
    return await house.application(application.id)


async def test_an_unfinished_application_is_reminded_once_and_ends_after_its_last_day(house: House) -> None:
    # Received on Sunday 22 November at noon: the reminder of day 5 is due on the 27th, the last day is the 29th.
    application = await house.receive()
    for _ in range(4):
        await remind(house.intake)
        house.clock.move(days=1)
    assert await reminders(house) == []
    house.clock.move(days=1)
    for _ in range(3):
        await remind(house.intake)
        house.clock.move(hours=3)
    proofs = [{"item": f"proof:{each}", "document_type": None, "side": None} for each in _PROOFS]
    missing = [{"item": "email", "document_type": None, "side": None}, *proofs]
    assert await reminders(house) == [{"round": 0, "missing": missing, "deadline": "2026-11-29"}]
    house.clock.move(days=2)
    await expire(house.intake)
    assert await ends(house) == []
    house.clock.move(hours=3)
    for _ in range(2):
        await expire(house.intake)
        await remind(house.intake)
    assert await ends(house) == [(application.id, {"round": 0})]
    ended = await house.application(application.id)
    assert (ended.status, ended.ended_at, ended.version) == ("expired", house.clock(), 2)
    assert len(await reminders(house)) == 1


_PROOFS = ("name", "birth_date", "current_address")


async def test_nobody_is_reminded_before_the_policys_hour(house: House) -> None:
    await house.receive()
    house.clock.move(days=5, hours=-4)  # 8:00 in Kumamoto
    await remind(house.intake)
    assert await reminders(house) == []
    house.clock.move(hours=1)
    await remind(house.intake)
    assert len(await reminders(house)) == 1


async def test_what_was_begun_and_what_remains_is_named(house: House) -> None:
    application = await house.proven()
    await house.photograph(application.id)
    house.clock.move(days=5)
    await remind(house.intake)
    [reminder] = await reminders(house)
    assert reminder["missing"] == [{"item": "submission", "document_type": None, "side": None}]


async def test_a_correction_is_reminded_twice_and_names_what_is_not_answered(house: House) -> None:
    application = await house.submitted()
    [photograph] = house.documents.images
    await house.correction(application, (f"document:{photograph}", "blurred"), ("field:phone", "call_us"))
    house.clock.move(days=7)
    await remind(house.intake)
    version = (await house.application(application.id)).version
    await use_cases.change_application(house.intake, application.id, version, {"phone": "096-328-6842"})
    house.clock.move(days=5)
    for _ in range(2):
        await remind(house.intake)
    document = {"item": f"document:{photograph}", "document_type": "driving_licence", "side": "front"}
    phone = {"item": "field:phone", "document_type": None, "side": None}
    assert await reminders(house) == [
        {"round": 1, "missing": [document, phone], "deadline": "2026-12-06"},
        {"round": 1, "missing": [document], "deadline": "2026-12-06"},
    ]


async def test_who_missed_reminders_because_nothing_ran_is_told_once(house: House) -> None:
    await corrected(house)
    house.clock.move(days=13)
    for _ in range(2):
        await remind(house.intake)
    assert len(await reminders(house)) == 1
    house.clock.move(days=20)
    await remind(house.intake)
    assert len(await reminders(house)) == 1


async def test_a_correction_that_never_came_ends_and_a_late_one_is_refused(house: House) -> None:
    application = await corrected(house)
    house.clock.move(days=14)
    await expire(house.intake)
    assert await ends(house) == []
    house.clock.move(days=1)
    await expire(house.intake)
    assert await ends(house) == [(application.id, {"round": 1})]
    with pytest.raises(Conflict) as refused:
        await use_cases.submit(house.intake, application.id)
    assert refused.value.code == "wrong_state"


async def test_what_is_with_review_or_has_ended_never_expires(house: House) -> None:
    submitted, gone = await house.submitted(), await house.proven(name="他人 太郎")
    await use_cases.withdraw(house.intake, gone.id)
    house.clock.move(days=400)
    await expire(house.intake)
    await remind(house.intake)
    assert [(await house.application(each.id)).status for each in (submitted, gone)] == ["submitted", "withdrawn"]
    assert (await ends(house), await reminders(house)) == ([], [])


async def test_expiry_and_submission_at_the_same_moment_have_one_winner(house: House) -> None:
    applications = []
    for number in range(6):
        application = await house.proven(name=f"見本 {'一二三四五六'[number]}子")
        await house.photograph(application.id)
        applications.append(application)
    house.clock.move(days=8)
    submissions = (use_cases.submit(house.intake, each.id) for each in applications)
    await asyncio.gather(expire(house.intake), *submissions, expire(house.intake), return_exceptions=True)
    expired = {subject for subject, _ in await ends(house)}
    handed = {event.subject for event in await house.events("application.handed_over.v1")}
    assert expired | handed == {each.id for each in applications}
    assert expired & handed == set()
    for each in applications:
        status = (await house.application(each.id)).status
        assert status == ("expired" if each.id in expired else "submitted")


async def test_days_of_a_pause_do_not_count(house: House) -> None:
    application = await house.receive()
    on_holiday = paused(house, "2026-11-25", "2026-12-01")
    house.clock.move(days=8)
    await expire(on_holiday.intake)
    await remind(on_holiday.intake)
    assert (await ends(house), await reminders(house)) == ([], [])
    house.clock.move(days=4)  # 4 December: day 5 of 7, as the pause took a week
    await remind(on_holiday.intake)
    assert [each["deadline"] for each in await reminders(house)] == ["2026-12-06"]
    house.clock.move(days=2)
    await expire(on_holiday.intake)
    assert await ends(house) == []
    house.clock.move(days=1)
    await expire(on_holiday.intake)
    assert await ends(house) == [(application.id, {"round": 0})]


async def test_in_a_pause_nothing_new_begins_and_everything_is_kept(house: House) -> None:
    earlier = await house.receive()
    ready = await house.proven(name="見本 一子")
    await house.photograph(ready.id)
    asked = await corrected(house)
    form = {**resident(), "consent": "true"}
    password = form.pop("password")
    draft = await use_cases.save_draft(house.intake, DraftAt(), form, password)
    on_holiday = paused(house, "2026-11-22", "2026-12-05")
    with pytest.raises(Unavailable) as refused:
        await use_cases.receive_application(on_holiday.intake, resident(), house.key())
    # From noon on the 22nd to the end of 5 December, in Kumamoto.
    assert (refused.value.code, refused.value.headers) == ("reception_paused", {"Retry-After": str(13 * 86400 + 43201)})
    for refuse in (
        lambda: use_cases.register_draft(on_holiday.intake, draft.at),
        lambda: use_cases.submit(on_holiday.intake, ready.id),
    ):
        with pytest.raises(Unavailable):
            await refuse()
    assert await house.rows("applications") == 3
    # What was received before is answered as before, and what the library asked for may come.
    again = await use_cases.receive_application(on_holiday.intake, resident(), "key-000000000001")
    assert again.id == earlier.id
    await use_cases.change_application(on_holiday.intake, asked.id, asked.version, {"phone": "096-328-6842"})
    await use_cases.submit(on_holiday.intake, asked.id)
    house.clock.move(days=14)
    await forget_expired(on_holiday.intake)
    assert await use_cases.find_draft(on_holiday.intake, draft.token) is not None
    assert (await use_cases.register_draft(on_holiday.intake, draft.at)).status == "provisional"


async def test_a_draft_has_its_days_after_the_pause_and_no_more(house: House) -> None:
    draft = await use_cases.save_draft(house.intake, DraftAt(), {"name": "水前寺"}, None)
    on_holiday = paused(house, "2026-11-23", "2026-12-06")
    house.clock.move(days=20)
    assert await use_cases.find_draft(on_holiday.intake, draft.token) is not None
    house.clock.move(days=2)
    assert await use_cases.find_draft(on_holiday.intake, draft.token) is None


@asynccontextmanager
async def served(house: House, pause: Pause) -> AsyncIterator[None]:
    """The running service with this pause in its policy."""
    policy = house.intake.policy
    object.__setattr__(house.intake, "policy", dataclasses.replace(policy, pauses=(pause,)))
    try:
        yield
    finally:
        object.__setattr__(house.intake, "policy", policy)


async def test_the_api_says_so_and_when_to_come_again(house: House) -> None:
    pause = Pause(date(2026, 11, 20), date(2026, 11, 22), NOTICE)
    headers = {"Idempotency-Key": "key-of-the-pause"}
    async with (
        served(house, pause),
        house.client.post("/api/v1/applications", json=resident(), headers=headers) as response,
    ):
        answer = await response.json()
    assert (response.status, answer["code"], response.headers["Retry-After"]) == (503, "reception_paused", "43201")
    async with house.client.post("/api/v1/applications", json=resident(), headers=headers) as response:
        assert response.status == 201


async def test_the_notice_stands_on_every_page_and_forms_stay_readable(house: House) -> None:
    async with served(house, Pause(date(2026, 11, 20), date(2026, 11, 25), NOTICE)):
        for path in ("/", "/apply?kind=new", "/sign-in", "/password-resets"):
            async with house.client.get(path) as response:
                page = await response.text()
            assert (response.status, NOTICE["ja"] in page, "11月25日（水）まで" in page) == (200, True, True), path
    async with house.client.get("/") as response:
        assert NOTICE["ja"] not in await response.text()
