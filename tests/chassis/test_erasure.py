"""What was said about an erased subject is kept by no outbox and by no queue."""

import asyncio
import json
from typing import Any
from uuid import UUID

import aio_pika

from chassis.bus import connected
from chassis.database import Database, Transaction
from chassis.erasure import drop_dead_letters, keep_dead_letters_clean
from chassis.events import Event, NewEvent, encode_json, envelope_of
from chassis.ids import new_id
from chassis.outbox import claim, mark_published
from chassis.testing import heard
from chassis.topology import EVENTS
from tests.chassis.conftest import DEAD, ERASED, EVENT, QUEUE, Wires, cancelled_after, eventually, note

SECRET = "髙橋 咲"


async def test_of_an_erased_subjects_published_events_the_envelope_alone_is_kept(wires: Wires) -> None:
    erased, other = new_id(), new_id()
    await _say(wires, erased, other)
    async with wires.relaying():
        await eventually(wires.waiting, 0)
        async with wires.sender.transaction() as tx:
            await tx.erase(erased)
    assert await _kept(wires.sender) == {erased: [None], other: [{"n": 1, "text": SECRET}]}


async def test_what_waits_is_published_before_the_erasure_and_then_kept_no_longer(wires: Wires) -> None:
    told: list[tuple[str, Any]] = []

    async def listen(_tx: Transaction, event: Event) -> None:
        told.append((event.type, dict(event.data)))

    subject = new_id()
    async with wires.sender.transaction() as tx:
        await tx.record(NewEvent(EVENT, subject, {"n": 1, "text": SECRET}))
        await tx.record(NewEvent(ERASED, subject, {"n": 2}))
    async with wires.relaying(), wires.listening(listen):
        await eventually(wires.waiting, 0)

        async def heard_both() -> list[tuple[str, Any]]:
            return sorted(told)

        await eventually(heard_both, [(ERASED, {"n": 2}), (EVENT, {"n": 1, "text": SECRET})])
    assert await _kept(wires.sender) == {subject: [None, None]}


async def test_an_erasure_waits_for_the_relay_that_is_just_sending(wires: Wires) -> None:
    subject = new_id()
    await _say(wires, subject)
    async with wires.sender.transaction() as relay:
        [row] = await claim(relay.conn, 1)
        erasing = asyncio.create_task(_erase(wires.sender, subject))
        async with wires.sender.connection() as conn:
            waits = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            await eventually(lambda: conn.fetchval(waits), 1)
        await mark_published(relay.conn, [row.id])
    await erasing
    assert await _kept(wires.sender) == {subject: [None]}


async def test_who_hears_of_the_erasure_keeps_nothing_of_what_it_said_itself(wires: Wires) -> None:
    subject = new_id()
    async with wires.listener.transaction() as tx:
        # The listener's own word about the subject, as a service says it to others.
        await tx.conn.execute(
            "INSERT INTO outbox (event_id, event_type, subject, event, recorded_at, published_at) "
            "VALUES ($1, 'x', $2, $3, now(), now())",
            new_id(),
            subject,
            {"data": {"text": SECRET}},
        )
    async with wires.sender.transaction() as tx:
        await tx.record(NewEvent(ERASED, subject, {"n": 1}))
    async with wires.relaying(), wires.listening(note):
        await eventually(wires.effects, [1])
    assert await _kept(wires.listener) == {subject: [None]}


async def test_dead_letters_of_an_erased_subject_go_and_the_others_stay_in_their_order(wires: Wires) -> None:
    erased, others = new_id(), [new_id(), new_id()]
    bodies = [
        _body(others[0], "one"),
        _body(erased, "one"),
        f"cut off: {_body(erased, 'one')[:-9]}",
        _body(others[1], 1.5),
    ]
    async with wires.listening(note):
        for body in bodies:
            await _publish(wires, body)
        await eventually(lambda: wires.depth(DEAD), 4)
    async with connected(wires.listener_url, "tests") as connection:
        assert await drop_dead_letters(wires.listener, connection, "listener") == 0
        await _erase(wires.listener, erased)
        async with cancelled_after([keep_dead_letters_clean(wires.listener, connection, "listener", 0.1)]):
            await eventually(lambda: wires.depth(DEAD), 2)
    async with await aio_pika.connect(wires.admin_url) as connection:
        queue = await (await connection.channel()).get_queue(DEAD)
        left = [json.loads((await queue.get(timeout=5)).body)["subject"] for _ in others]
    assert left == [str(subject) for subject in others]


async def test_a_message_about_an_erased_subject_that_no_handler_can_take_is_dropped(wires: Wires) -> None:
    erased, other = new_id(), new_id()

    async def fails(_tx: Transaction, _event: Event) -> None:
        raise ValueError

    await _erase(wires.listener, erased)
    for body in (_body(erased, 1), _body(erased, "breaks its contract"), _body(other, 1)):
        await _publish(wires, body)
    async with wires.listening(fails, delays=()):
        await eventually(lambda: wires.depth(QUEUE), 0)
        await eventually(lambda: wires.depth(DEAD), 1)


async def _say(wires: Wires, *subjects: UUID) -> None:
    async with wires.sender.transaction() as tx:
        for subject in subjects:
            await tx.record(NewEvent(EVENT, subject, {"n": 1, "text": SECRET}))


async def _erase(db: Database, subject: UUID) -> None:
    async with db.transaction() as tx:
        await tx.erase(subject)


async def _kept(db: Database) -> dict[UUID, list[Any]]:
    """The data of each event in the outbox, by subject."""
    found: dict[UUID, list[Any]] = {}
    async with db.connection() as conn:
        for row in await conn.fetch("SELECT subject, event->'data' AS data FROM outbox ORDER BY id"):
            found.setdefault(row["subject"], []).append(row["data"])
    return found


def _body(subject: UUID, n: Any) -> str:
    return encode_json(envelope_of(heard(EVENT, "sender", subject, {"n": n, "text": SECRET})))


async def _publish(wires: Wires, body: str) -> None:
    async with await aio_pika.connect(wires.admin_url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS)
        await exchange.publish(aio_pika.Message(body.encode()), routing_key=EVENT)
