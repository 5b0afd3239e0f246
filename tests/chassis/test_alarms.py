"""The broker's alarms (no memory, no disk): people notice nothing, the operator does, and everything goes on by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from chassis import health
from chassis.bus import Link
from chassis.database import Transaction
from chassis.events import Event
from chassis.web.routes import CSRF_NONE, PUBLIC, Route
from tests.chassis.conftest import DEAD, Wires, eventually, note, web_face
from tests.shortages import short_of_disk, short_of_memory
from tools.servers import Servers

Shortage = Callable[[Servers], AbstractContextManager[None]]
Client = TestClient[Any, Any]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("relay", "retries"):
        monkeypatch.setattr(f"chassis.{module}.PUBLISH_TIMEOUT", 0.5)


async def _say(wires: Wires, request: web.Request) -> web.Response:
    await wires.say(int(request.query["n"]))
    return web.json_response({}, status=201)


def sender(wires: Wires, links: list[Link]) -> AbstractAsyncContextManager[Client]:
    """The sender's web face."""
    route = Route("POST", "/api/said", _say, PUBLIC, CSRF_NONE, "Say something")
    return web_face(wires, route, health.checks(wires.sender, [], links))


async def _ready(client: Client) -> tuple[int, str]:
    answer = await client.get("/readyz")
    return answer.status, (await answer.json())["checks"]["broker"]


@asynccontextmanager
async def during(shortage: AbstractContextManager[None]) -> AsyncIterator[None]:
    await asyncio.to_thread(shortage.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(shortage.__exit__, None, None, None)


@pytest.mark.parametrize("shortage", [short_of_memory, short_of_disk])
async def test_while_the_broker_takes_nothing_requests_are_answered_and_events_wait(
    wires: Wires, servers: Servers, shortage: Shortage
) -> None:
    async with wires.relaying() as links, wires.listening(note), sender(wires, links) as client:
        await eventually(partial(_ready, client), (200, ""))
        before = links[0].connection
        async with during(shortage(servers)):
            for n in range(3):
                assert (await client.post(f"/api/said?n={n}")).status == 201
            await eventually(partial(_ready, client), (503, "short of memory or disk, takes nothing from: relay 0"))
            assert (await client.post("/api/said?n=3")).status == 201
            assert await wires.waiting() == 4
        await eventually(wires.waiting, 0)
        await eventually(lambda: _sorted(wires), [0, 1, 2, 3])
        assert await _ready(client) == (200, "")
        # The same messages were not sent over one connection after the other.
        assert links[0].connection is before


async def _sorted(wires: Wires) -> list[int]:
    return sorted(await wires.effects())


async def test_a_message_that_cannot_be_put_off_meanwhile_waits_and_costs_the_others_nothing(
    wires: Wires, servers: Servers
) -> None:
    tried: list[int] = []

    async def fails_at_first(tx: Transaction, event: Event) -> None:
        tried.append(event.data["n"])
        if event.data["n"] == 0 and tried.count(0) <= 2:
            raise ValueError
        await note(tx, event)

    async def tried_alone() -> bool:
        return tried.count(0) >= 2

    for n in range(3):
        await wires.say(n)
    async with wires.relaying():
        await eventually(wires.waiting, 0)
    async with AsyncExitStack() as stack:
        async with during(short_of_disk(servers)):
            links = await stack.enter_async_context(wires.listening(fails_at_first))
            client = await stack.enter_async_context(sender(wires, links))
            await eventually(tried_alone, True)
            await eventually(partial(_ready, client), (503, "short of memory or disk, takes nothing from: consumer 0"))
            before = links[0].connection
        await eventually(lambda: _sorted(wires), [0, 1, 2])
        assert await wires.depth(DEAD) == 0
        assert links[0].connection is before


async def test_a_relay_that_the_broker_blocks_can_be_stopped(wires: Wires, servers: Servers) -> None:
    async with (
        during(short_of_memory(servers)),
        asyncio.timeout(15),
        wires.relaying() as links,
        sender(wires, links) as client,
    ):
        await wires.say(1)
        await eventually(partial(_ready, client), (503, "short of memory or disk, takes nothing from: relay 0"))
