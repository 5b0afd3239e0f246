"""Replay: a service's published events once more, in order, to one queue that may hear them.

Events stay in the outbox for 7 days after publishing. The copies are the same events with the same ids: a service
that has seen one does nothing, and a subscriber does the same by `subject` and `version`.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection

from chassis.events import CONTENT_TYPE
from chassis.topology import queue_name
from contracts import CONTRACTS, OTHERS, events_of, heard_by
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator.answer import counted, moment
from tools.operator.house import Connection

PER_SECOND = 200
BATCH = 100
#: A subscriber's queue drops its oldest messages when it is full: replay stops filling it long before.
DEEPEST = 5_000
#: A queue that does not get emptier for this long is read by nobody.
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5
PUBLISH_SECONDS = 5.0

LAST = "SELECT max(id) FROM outbox"
OLDEST = "SELECT min(recorded_at) FROM outbox WHERE published_at IS NOT NULL"
# Of what was erased meanwhile the envelope is left alone: there is nothing to send.
COUNT = """
SELECT count(*) FROM outbox
 WHERE published_at IS NOT NULL AND recorded_at >= $1 AND event_type = ANY($2) AND id <= $3 AND event ? 'data'
"""
NEXT = """
SELECT id, event_id, event_type, recorded_at, event::text AS body, event->>'traceparent' AS traceparent FROM outbox
 WHERE published_at IS NOT NULL AND recorded_at >= $1 AND event_type = ANY($2) AND id > $3 AND id <= $4
   AND event ? 'data'
 ORDER BY id LIMIT $5
"""


@dataclass(frozen=True)
class Plan:
    """What a replay will send."""

    service: str
    queue: str
    types: tuple[str, ...]
    since: datetime
    #: The newest row when the replay begins; what is published later arrives by itself.
    last: int
    events: int
    #: The oldest published event that is still kept.
    oldest_at: datetime | None


def types_for(house: Installation, service: str, queue: str, type_: str | None) -> tuple[str, ...]:
    """The events of `service` that `queue` may hear. Raises Stopped where it may not: they hold personal data."""
    if queue in {subscriber.queue for subscriber in house.subscribers().values()}:
        heard = {contract.type for contract in heard_by(OTHERS)}
    else:
        heard = {c.type for c in CONTRACTS.values() for listener in c.heard_by if queue_name(listener, c.type) == queue}
    if not heard:
        raise Stopped(f"{queue} is no queue in which anybody hears events.")
    said = {contract.type for contract in events_of(service)} & heard
    if not said:
        raise Stopped(f"{queue} hears nothing of what {service} says; it hears {', '.join(sorted(heard))}.")
    if type_ is not None and type_ not in said:
        raise Stopped(f"{queue} does not hear {type_} from {service}; it hears {', '.join(sorted(said))}.")
    types = (type_,) if type_ else tuple(sorted(said))
    for blanked in (each for each in types if CONTRACTS[each].schema.get("x-blanked-once-sent")):
        raise Stopped(f"{blanked} cannot be sent again: what was secret in it was blanked once it was sent.")
    return types


async def plan(conn: Connection, service: str, queue: str, types: tuple[str, ...], since: datetime) -> Plan:
    last = await conn.fetchval(LAST) or 0
    count = await conn.fetchval(COUNT, since, list(types), last)
    return Plan(service, queue, types, since, last, count, await conn.fetchval(OLDEST))


async def send(connection: AbstractConnection, conn: Connection, what: Plan, per_second: float = PER_SECOND) -> int:
    """Send the plan's events; returns how many. Raises Stopped with where to go on from.

    One is confirmed before the next is sent: a refusal in between would else break the order.
    """
    sent = 0
    resume = what.since
    loop = asyncio.get_running_loop()
    began = loop.time()
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    try:
        async for row in _events(conn, what):
            resume = row["recorded_at"]
            if sent % BATCH == 0:
                await _room(channel, what.queue)
            await asyncio.sleep(max(0.0, began + sent / per_second - loop.time()))
            await channel.default_exchange.publish(
                _message(row, what.service), routing_key=what.queue, mandatory=True, timeout=PUBLISH_SECONDS
            )
            sent += 1
    # A lost connection shows as one of a dozen errors of three libraries; all mean the same to who replays.
    except Exception as error:
        reason = str(error) if isinstance(error, Stopped) else f"The broker took no more ({type(error).__name__})."
        done = f"{sent} of {counted(what.events, 'event')} sent"
        raise Stopped(f"{reason} {done}; go on with --since {moment(resume)}.") from None
    return sent


async def _events(conn: Connection, what: Plan) -> AsyncIterator[Any]:
    id_ = 0
    while rows := await conn.fetch(NEXT, what.since, list(what.types), id_, what.last, BATCH):
        for row in rows:
            yield row
        id_ = rows[-1]["id"]


async def _room(channel: AbstractChannel, queue: str) -> None:
    """Wait until the queue has room. Raises Stopped where nobody empties it."""
    clock = asyncio.get_running_loop().time
    shallowest, deadline = DEEPEST + 1, clock() + PATIENCE_SECONDS
    while (depth := await _depth(channel, queue)) >= DEEPEST:
        if depth < shallowest:
            shallowest, deadline = depth, clock() + PATIENCE_SECONDS
        if clock() > deadline:
            raise Stopped(f"{queue} holds {depth} messages and nobody takes them.")
        await asyncio.sleep(LOOK_SECONDS)


async def _depth(channel: AbstractChannel, queue: str) -> int:
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count or 0


def _message(row: Any, service: str) -> aio_pika.Message:
    """As the relay sends it."""
    return aio_pika.Message(
        row["body"].encode(),
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(row["event_id"]),
        type=row["event_type"],
        app_id=service,
        headers={"traceparent": row["traceparent"]} if row["traceparent"] else None,
    )
