"""Somebody is slow: it holds no more than it is given, and keeps nobody else waiting."""

import asyncio
from functools import partial

import pytest
import structlog.testing

from chassis.consumer import BATCH
from chassis.database import Transaction
from chassis.events import Event, encode_json, envelope_of
from chassis.ids import new_id
from chassis.testing import heard
from tests.chassis.conftest import DEAD, EVENT, OTHER, QUEUE, Wires, eventually, note, publish
from tests.shortages import impatient
from tools.servers import Servers

MANY = 3 * BATCH


async def test_a_slow_handler_holds_two_batches_and_keeps_no_other_queue_waiting(wires: Wires) -> None:
    go_on = asyncio.Event()

    async def slow(tx: Transaction, event: Event) -> None:
        if event.type == EVENT:
            await go_on.wait()
        await note(tx, event)

    events = [heard(EVENT, "sender", new_id(), {"n": n}) for n in range(MANY)]
    await publish(wires, *(encode_json(envelope_of(event)) for event in events))
    async with wires.listening(slow):
        await eventually(partial(wires.depth, QUEUE), MANY - 2 * BATCH)
        other = heard(OTHER, "sender", new_id(), {"n": MANY})
        await publish(wires, encode_json(envelope_of(other)), key=OTHER)
        await eventually(wires.effects, [MANY])
        # What it did not take is still in the queue: its memory does not grow with the backlog.
        assert await wires.depth(QUEUE) == MANY - 2 * BATCH
        go_on.set()
        await eventually(lambda: _count(wires), MANY + 1)
    assert sorted(await wires.effects()) == list(range(MANY + 1))


async def test_a_handler_that_never_ends_is_stopped_in_time_and_counts_as_one_attempt(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.consumer.HANDLING_TIMEOUT", 0.5)
    monkeypatch.setattr("chassis.consumer.HOLD_SECONDS", 0.1)
    tried: list[int] = []

    async def hangs(tx: Transaction, event: Event) -> None:
        tried.append(event.data["n"])
        if event.data["n"] == 0:
            await asyncio.Event().wait()
        await note(tx, event)

    events = [heard(EVENT, "sender", new_id(), {"n": n}) for n in range(3)]
    await publish(wires, *(encode_json(envelope_of(event)) for event in events))
    async with wires.listening(hangs, delays=()):
        await eventually(lambda: wires.depth(DEAD), 1)
        await eventually(lambda: _count(wires), 2)


async def test_a_channel_that_the_broker_closes_for_slowness_is_opened_anew_and_nothing_is_doubled(
    wires: Wires, servers: Servers
) -> None:
    tried: list[int] = []

    async def too_slow_at_first(tx: Transaction, event: Event) -> None:
        tried.append(event.data["n"])
        await note(tx, event)
        if len(tried) == 1:
            await asyncio.Event().wait()

    event = heard(EVENT, "sender", new_id(), {"n": 1})
    with impatient(servers, 1), structlog.testing.capture_logs() as logged:
        await publish(wires, encode_json(envelope_of(event)))
        async with wires.listening(too_slow_at_first, delays=()):
            await eventually(wires.effects, [1])
            await eventually(partial(wires.depth, QUEUE), 0)
    assert (tried, await wires.depth(DEAD)) == ([1, 1], 0)
    assert "broker connection ended" in [entry["event"] for entry in logged]


async def _count(wires: Wires) -> int:
    return len(await wires.effects())
