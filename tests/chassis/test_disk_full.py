"""PostgreSQL's disk is full: a clear answer, nothing half done, no message blamed, and it goes on by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from chassis.events import NewEvent, encode_json, envelope_of
from chassis.ids import new_id
from chassis.testing import heard
from chassis.web.routes import CSRF_NONE, PUBLIC, Route
from tests.chassis.conftest import DEAD, EVENT, QUEUE, Wires, eventually, note, publish, web_face
from tests.shortages import no_room_in
from tools.servers import Servers


async def _keep_and_say(wires: Wires, _request: web.Request) -> web.Response:
    async with wires.sender.transaction() as tx:
        await tx.conn.execute("INSERT INTO kept VALUES (1)")
        await tx.record(NewEvent(EVENT, new_id(), {"n": 1}))
    return web.json_response({}, status=201)


async def _kept(wires: Wires) -> tuple[int, int]:
    """Rows of the change, and events about it."""
    async with wires.sender.connection() as conn:
        return await conn.fetchval("SELECT count(*) FROM kept"), await conn.fetchval("SELECT count(*) FROM outbox")


@asynccontextmanager
async def sender(wires: Wires) -> AsyncIterator["TestClient[Any, Any]"]:
    """The sender's web face, with one change to make."""
    async with wires.sender.connection() as conn:
        await conn.execute("CREATE TABLE kept (n int)")
    async with web_face(wires, Route("POST", "/api/kept", _keep_and_say, PUBLIC, CSRF_NONE, "Keep and say")) as client:
        yield client


async def test_a_full_disk_is_a_clear_answer_and_nothing_is_half_done(wires: Wires, servers: Servers) -> None:
    async with sender(wires) as client:
        async with no_room_in(servers, wires.sender_database, "outbox"):
            answer = await client.post("/api/kept")
            assert (answer.status, (await answer.json())["code"]) == (503, "unavailable")
            assert answer.headers["Retry-After"] == "5"
            assert await _kept(wires) == (0, 0)
        assert (await client.post("/api/kept")).status == 201
        assert await _kept(wires) == (1, 1)


@pytest.mark.parametrize(
    ("delays", "held", "times"), [((), 60.0, 9), ((1,), 0.2, 3)], ids=["for a moment", "longer than a batch is held"]
)
async def test_a_full_disk_counts_as_no_attempt_and_the_messages_wait_however_long_it_lasts(
    wires: Wires,
    servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
    delays: tuple[int, ...],
    held: float,
    times: int,
) -> None:
    monkeypatch.setattr("chassis.consumer.HOLD_SECONDS", held)
    refused = 0

    async def count(tx: Any, event: Any) -> None:
        nonlocal refused
        try:
            await note(tx, event)
        except asyncpg.DiskFullError:
            refused += 1
            raise

    async def refusals() -> bool:
        return refused >= times

    events = [heard(EVENT, "sender", new_id(), {"n": n}) for n in range(3)]
    await publish(wires, *(encode_json(envelope_of(event)) for event in events))
    async with AsyncExitStack() as stack:
        async with no_room_in(servers, wires.listener_database, "effects"):
            links = await stack.enter_async_context(wires.listening(count, delays))
            await eventually(refusals, True)
            before = links[0].connection
        await eventually(lambda: _sorted(wires), [0, 1, 2])
        assert await wires.depth(DEAD) == await wires.depth(QUEUE) == 0
        # Given back to the queue they would count as delivered: twenty times, and they are dead letters.
        assert links[0].connection is before


async def _sorted(wires: Wires) -> list[int]:
    return sorted(await wires.effects())
