"""A batch handler: what it takes is done, what it leaves goes to the ordinary handler, and its errors hurt nobody."""

from collections.abc import Sequence

import aio_pika

from chassis.consumer import Consumer, HandleBatch, effect
from chassis.database import Transaction
from chassis.events import Event, encode_json, envelope_of
from chassis.ids import new_id
from chassis.telemetry import continued_trace, current_traceparent
from chassis.testing import heard
from chassis.topology import EVENTS
from tests.chassis.conftest import DEAD, EVENT, QUEUE, SCHEMAS, Wires, eventually, note

TRACE = "0123456789abcdef0123456789abcdef"


async def takes_even(tx: Transaction, events: Sequence[Event]) -> Sequence[Event]:
    await tx.conn.executemany(
        "INSERT INTO effects (n, subject) VALUES ($1, $2)",
        [(event.data["n"], event.subject) for event in events if event.data["n"] % 2 == 0],
    )
    return [event for event in events if event.data["n"] % 2]


def consumer(wires: Wires, handle_batch: HandleBatch) -> Consumer:
    return Consumer(wires.listener, SCHEMAS, "listener", QUEUE, note, (1, 2), handle_batch)


def some(count: int) -> list[Event]:
    return [heard(EVENT, "sender", new_id(), {"n": n}) for n in range(count)]


async def test_what_a_batch_handler_leaves_goes_to_the_handler(wires: Wires) -> None:
    await effect(consumer(wires, takes_even), some(6))
    assert await wires.effects() == [0, 2, 4, 1, 3, 5]


async def test_a_batch_handler_sees_each_event_once_and_never_again(wires: Wires) -> None:
    seen: list[int] = []

    async def remembers(_tx: Transaction, events: Sequence[Event]) -> Sequence[Event]:
        seen.extend(event.data["n"] for event in events)
        return events

    events = some(3)
    for _ in range(2):
        await effect(consumer(wires, remembers), [*events, *events])
    assert (seen, await wires.effects()) == ([0, 1, 2], [0, 1, 2])


async def test_an_event_alone_goes_to_the_handler(wires: Wires) -> None:
    async def refuses(_tx: Transaction, _events: Sequence[Event]) -> Sequence[Event]:
        raise AssertionError

    for event in some(2):
        await effect(consumer(wires, refuses), [event])
    assert await wires.effects() == [0, 1]


async def test_events_of_one_subject_stay_in_order_and_subjects_come_in_one_order(wires: Wires) -> None:
    first, second = new_id(), new_id()
    subjects = [second, first, second, first]
    events = [heard(EVENT, "sender", subject, {"n": n}) for n, subject in enumerate(subjects)]
    await effect(consumer(wires, takes_none), events)
    assert await wires.effects() == [1, 3, 0, 2]


async def takes_none(_tx: Transaction, events: Sequence[Event]) -> Sequence[Event]:
    return events


async def test_what_is_left_is_handled_in_its_own_trace(wires: Wires) -> None:
    traces: list[str] = []

    async def remember(_tx: Transaction, _event: Event) -> None:
        traces.append(current_traceparent().split("-")[1])

    events = some(2)
    traced = Event(**{**vars(events[1]), "traceparent": f"00-{TRACE}-0123456789abcdef-01"})
    with continued_trace(None):
        await effect(
            Consumer(wires.listener, SCHEMAS, "listener", QUEUE, remember, (), takes_none), [events[0], traced]
        )
    assert traces[1] == TRACE != traces[0]


async def test_where_a_batch_handler_fails_the_handler_takes_each_and_nothing_happens_twice(wires: Wires) -> None:
    async def fails_after_writing(tx: Transaction, events: Sequence[Event]) -> Sequence[Event]:
        await takes_even(tx, events)
        raise ValueError

    async def refuses_13(tx: Transaction, event: Event) -> None:
        if event.data["n"] == 13:
            raise ValueError
        await note(tx, event)

    async with await aio_pika.connect(wires.sender_url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS, ensure=False)
        for event in some(20):
            await exchange.publish(aio_pika.Message(encode_json(envelope_of(event)).encode()), EVENT)
    async with wires.listening(refuses_13, delays=(), batch_handlers={EVENT: fails_after_writing}):
        await eventually(lambda: wires.depth(DEAD), 1)
        await eventually(wires.effects, [n for n in range(20) if n != 13])
