"""Consumers: one for each queue. A batch of messages shares one transaction with its inbox marks and its effects.

decode and check        breaks its contract, or is     -> dead letters
                        said by another than it names
transaction             inbox marks, handlers          -> commit, then one acknowledgement for the batch
                        (a batch handler first, where there is one; what it leaves goes to the handler one by one)
any error in a batch    the batch is taken one by one, so that only the bad message suffers
an error of one alone   a copy waits in a retry step, longer each time; after the last step -> dead letters
what we need is away    nothing counts as an attempt: consuming waits until it is back
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from chassis import erasure, inbox, metrics
from chassis.bus import ConnectionLost, Link, keep_connected, never_silently
from chassis.database import Database, Transaction, is_away, is_short
from chassis.errors import Unavailable
from chassis.events import BadEvent, Event, EventSchemas
from chassis.retries import Retries, bury, drop, fail, put_off
from chassis.telemetry import continued_trace
from chassis.topology import queue_name, retry_exchange

log = structlog.get_logger()

BATCH = 100
HANDLING_TIMEOUT = 60.0
#: While our database (or storage) is away a batch is held this long in memory, so that the broker's own limit on
#: unacknowledged messages is never reached. Then all consuming waits for the database; or, where that answers and
#: something else is away (storage, room on its disk), the batch waits in the first retry step, and no attempt counts.
HOLD_SECONDS = 60.0
LOST_CONNECTIONS = 3

#: Handles one event inside the transaction of its inbox mark.
Handle = Callable[[Transaction, Event], Awaitable[None]]
#: Handles those of several events that it can in few statements; returns the others, for `Handle`.
HandleBatch = Callable[[Transaction, Sequence[Event]], Awaitable[Sequence[Event]]]


class Away(Exception):
    """Something that we need did not come back in time; the messages go back to their queue."""


@dataclass(frozen=True)
class Consumer:
    """What the consumer of one queue needs."""

    db: Database
    schemas: EventSchemas
    service: str
    queue: str
    handle: Handle
    retry_delays: tuple[int, ...]
    handle_batch: HandleBatch | None = None


async def consume(
    db: Database,
    schemas: EventSchemas,
    url: str,
    link: Link,
    service: str,
    handlers: Mapping[str, Handle],
    retry_delays: tuple[int, ...],
    batch_handlers: Mapping[str, HandleBatch] = MappingProxyType({}),
) -> None:
    """Consume every queue of the service, for ever. `handlers` maps event types to what handles them."""
    consumers = [
        Consumer(db, schemas, service, queue_name(service, type_), handle, retry_delays, batch_handlers.get(type_))
        for type_, handle in handlers.items()
    ]
    await keep_connected(url, link, partial(_consume_over, db, consumers, link))


async def _consume_over(
    db: Database, consumers: Sequence[Consumer], link: Link, connection: AbstractConnection
) -> None:
    await until_database_answers(db)
    async with asyncio.TaskGroup() as group:
        for consumer in consumers:
            group.create_task(never_silently(_consume_queue(consumer, link, connection)))
        for service in {consumer.service for consumer in consumers}:
            group.create_task(never_silently(erasure.keep_dead_letters_clean(db, connection, service)))


async def _consume_queue(consumer: Consumer, link: Link, connection: AbstractConnection) -> None:
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    await channel.set_qos(prefetch_count=2 * BATCH)
    exchange = await channel.get_exchange(retry_exchange(consumer.service), ensure=False)
    retries = Retries(consumer.queue, consumer.retry_delays, exchange, link)
    queue = await channel.get_queue(consumer.queue, ensure=True)
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    tag = await queue.consume(arrived.put)

    async def watch() -> None:
        # The underlying channel is aiormq's, whose table of consumers is in no interface.
        underlay: Any = await channel.get_underlay_channel()
        while not channel.is_closed and tag in underlay.consumers:
            # The broker may cancel a consumer without closing anything.
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await channel.closed()
        raise ConnectionLost

    async def work() -> None:
        while True:
            batch = [await arrived.get()]
            while len(batch) < BATCH and not arrived.empty():
                batch.append(arrived.get_nowait())
            await take(consumer, retries, batch)

    async with asyncio.TaskGroup() as group:
        group.create_task(never_silently(watch()))
        group.create_task(never_silently(work()))


async def take(consumer: Consumer, retries: Retries, batch: Sequence[AbstractIncomingMessage]) -> None:
    """Give every message of the batch its effect, a retry or a place among the dead letters."""
    readable: list[tuple[AbstractIncomingMessage, Event]] = []
    for message in batch:
        try:
            event = consumer.schemas.decode(message.body)
            if queue_name(consumer.service, event.type) != consumer.queue:
                raise BadEvent(f"{event.type} does not belong here")
            readable.append((message, event))
        except BadEvent as error:
            if await _is_about_erased(consumer, message):
                await drop(retries, message)
            else:
                await bury(retries, message, str(error))
    if not readable:
        return
    try:
        with metrics.handling.labels(consumer.queue).time():
            await _patiently(consumer, [event for _, event in readable])
    except Away:
        if not await database_answers(consumer.db):
            raise
        # Back in its queue each would count as delivered once more, and the twentieth time is the last.
        for message, _ in readable:
            await put_off(retries, message)
    except Exception as error:
        if len(readable) == 1:
            [(message, event)] = readable
            # The erasure itself is tried again like anything else.
            if not consumer.schemas.erases_subject(event.type) and await _is_about_erased(consumer, message):
                await drop(retries, message)
            else:
                await fail(retries, message, error)
            return
        for message, _ in readable:
            await take(consumer, retries, [message])
    else:
        await readable[-1][0].ack(multiple=True)
        metrics.handled.labels(consumer.queue, "done").inc(len(readable))


async def _is_about_erased(consumer: Consumer, message: AbstractIncomingMessage) -> bool:
    async with consumer.db.connection() as conn:
        return await erasure.is_about_erased(conn, message.body)


async def _patiently(consumer: Consumer, events: Sequence[Event]) -> None:
    clock = asyncio.get_running_loop().time
    deadline = clock() + HOLD_SECONDS
    lost = 0
    while True:
        try:
            async with asyncio.timeout(HANDLING_TIMEOUT) as limit:
                await effect(consumer, events)
            return
        except Exception as error:
            if limit.expired() and await database_answers(consumer.db):
                raise
            if not isinstance(error, Unavailable) and not is_short(error):
                if not is_away(error):
                    raise
                lost += 1
                # A message that always kills its own connection must not stop its queue for ever.
                if lost > LOST_CONNECTIONS and await database_answers(consumer.db):
                    raise
            log.warning("something we need is away, consuming waits", queue=consumer.queue, error=type(error).__name__)
            if clock() > deadline:
                raise Away from error
            await asyncio.sleep(random.uniform(0.1, 1.0))  # noqa: S311
            await until_database_answers(consumer.db, deadline)


async def effect(consumer: Consumer, events: Sequence[Event]) -> None:
    """One transaction: mark the events as seen and handle those that had not been."""
    async with consumer.db.transaction() as tx:
        accepted = await inbox.accept(tx.conn, consumer.queue, [event.id for event in events])
        fresh: Sequence[Event] = _in_order({event.id: event for event in events if event.id in accepted}.values())
        if consumer.handle_batch and len(fresh) > 1:
            fresh = await consumer.handle_batch(tx, fresh)
        for event in fresh:
            with continued_trace(event.traceparent):
                await consumer.handle(tx, event)
        for event in events:
            if event.id in accepted and consumer.schemas.erases_subject(event.type):
                await tx.erase(event.subject)
    now = datetime.now(UTC)
    for event in events:
        metrics.event_age.labels(event.type).observe(max(0.0, (now - event.time).total_seconds()))


def _in_order(events: Iterable[Event]) -> list[Event]:
    """By subject: whoever locks what an event is about, does it in one order, and two consumers never wait for each other.

    What is about one subject stays in the order of its arrival.
    """
    return sorted(events, key=lambda event: event.subject.int)


async def database_answers(db: Database) -> bool:
    """True if a trivial query succeeds within a few seconds."""
    try:
        async with asyncio.timeout(3), db.connection() as conn:
            await conn.fetchval("SELECT 1")
    except Exception:
        return False
    return True


async def until_database_answers(db: Database, deadline: float | None = None) -> None:
    """Wait until the database answers, or until `deadline` (of the loop's clock) has passed."""
    wait = 0.1
    while not await database_answers(db):
        if deadline is not None and asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311
        wait = min(2.0, wait * 2)
