"""Two at once, on the running system: whoever comes first wins, the other is told so, and there is one of everything."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.people import Answer, eventually, form
from tests.faults.clients import Applicant, Clerk
from tests.faults.journeys import picture
from tests.faults.world import World
from tools.servers import Servers
from tools.system import System

REGISTRATIONS = "SELECT card_number FROM registrations WHERE application_id = $1::uuid"
SAID = "SELECT count(*) FROM outbox WHERE event_type = $1 AND event->'data'->>'application_id' = $2"
MAILS = "SELECT count(*) FROM deliveries WHERE application_id = $1::uuid AND template = 'registration_completed'"
KEPT = "SELECT id::text, folder FROM documents WHERE application = $1::uuid AND deleted_at IS NULL"


@pytest.fixture(scope="module")
async def world(system: System, servers: Servers) -> AsyncIterator[World]:
    """As it is: nothing here minds what other tests left."""
    async with World.opened(system, servers) as world:
        yield world


async def _applied(world: World) -> Applicant:
    person = world.applicant()
    await person.apply()
    await person.follow_link()
    return person


async def _decide(clerk: Clerk, case: str) -> Answer:
    """As a reviewer with two windows open may: claim, look, decide."""
    claim = await clerk.call("POST", f"/api/v1/cases/{case}/claim")
    if claim.status != 200:
        return claim
    seen = await clerk.expect(200, "GET", f"/api/v1/cases/{case}")
    body = {"version": seen["version"], "decision": "approve", "reasons": []}
    return await clerk.call("POST", f"/api/v1/cases/{case}/decision", json=body)


async def test_of_reviewers_who_decide_at_once_one_wins_and_there_is_one_card(world: World) -> None:
    person = await _applied(world)
    await person.upload(data=picture("once"))
    await person.submit()
    first, second = await world.clerks()
    case = (await first.find_case(person.id))["id"]
    answers = await asyncio.gather(*(_decide(clerk, case) for clerk in (first, second, first, second)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    [won] = [answer.body for answer in answers if answer.status == 200]
    seen = await person.wait_status("approved")
    assert await world.house.ask("review", REGISTRATIONS, person.id) == [{"card_number": won["card_number"]}]
    assert [row["count"] for row in await world.house.ask("review", SAID, "registration.completed.v1", person.id)] == [
        1
    ]

    async def mailed() -> bool:
        return bool((await world.house.ask("notifier", MAILS, person.id))[0]["count"] == 1)

    await eventually(mailed)
    assert seen["id"] == person.id


async def test_a_picture_sent_several_times_at_once_is_one_document_with_one_set_of_objects(world: World) -> None:
    person = await _applied(world)
    path = f"/api/v1/applications/{person.id}/documents?type=driving_licence&side=front&shows_current_address=true"
    answers = await asyncio.gather(*(person.call("POST", path, data=picture("twice")) for _ in range(3)))
    assert [answer.status for answer in answers] == [201] * 3
    [document] = (await person.look())["documents"]
    assert document["id"] in [answer.body["id"] for answer in answers]
    shown = {(a.body["type"], a.body["side"], a.body["width"], a.body["height"]) for a in answers}
    assert shown == {("driving_licence", "front", document["width"], document["height"])}

    async def kept() -> list[Any]:
        rows = await world.house.ask("documents", KEPT, person.id)
        return [row["folder"] for row in rows] if [row["id"] for row in rows] == [document["id"]] else []

    [folder] = await eventually(kept)
    storage = Path(world.system.house.var / "documents")
    assert sorted(file.name for file in (storage / folder).iterdir()) == ["key", "reading", "screen", "thumbnail"]


async def test_a_form_sent_several_times_at_once_is_one_application(world: World) -> None:
    person = world.applicant()
    sending = (
        person.call("POST", "/api/v1/applications", key=f"at-once-{person.email}"[:64], json=form(person.email))
        for _ in range(3)
    )
    answers = await asyncio.gather(*sending)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
