"""The relay: takes recorded events from the outbox to the broker. Any number of replicas may run one.

A crash between the broker's confirm and our commit publishes an event twice; the inbox of each listener absorbs that.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import DeliveryError
from pamqp.commands import Basic

from chassis import metrics, outbox
from chassis.bus import Link, is_only_late, keep_connected, never_silently
from chassis.database import Database
from chassis.events import CONTENT_TYPE, EventSchemas
from chassis.publishing import Outgoing, publish
from chassis.pulse import Pulse
from chassis.topology import EVENTS

log = structlog.get_logger()

BATCH = 100
#: While one batch waits for the broker's confirms, another is claimed and sent.
AT_ONCE = 2
PUBLISH_TIMEOUT = 5.0
#: Covers what no wake-up tells of: crashes, other replicas, `not_before`.
POLL = 1.0


async def relay(db: Database, url: str, link: Link, wake: Pulse, service: str) -> None:
    """Publish what is recorded, for ever."""
    await keep_connected(url, link, partial(_relay_over, db, link, wake, service))


async def _relay_over(db: Database, link: Link, wake: Pulse, service: str, connection: AbstractConnection) -> None:
    # Unroutable messages must raise: otherwise they come back as a value and would count as published.
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(never_silently(_keep_publishing(db, link, channel, wake, service)))


async def _keep_publishing(db: Database, link: Link, channel: AbstractChannel, wake: Pulse, service: str) -> None:
    while True:
        try:
            claimed = await publish_batch(db, channel, service)
        except TimeoutError:
            if not await is_only_late(link):
                raise
            continue
        if claimed == BATCH:
            # There may be more: the others need not wait to find out.
            wake.beat()
        elif not claimed:
            await wake.wait(POLL)
        _check_open(channel)


def _check_open(channel: AbstractChannel) -> None:
    if channel.is_closed:
        raise ConnectionError("the channel is closed")


async def publish_batch(db: Database, channel: AbstractChannel, service: str) -> int:
    """Claim, publish and mark one batch; returns how many were claimed. Raises where the connection failed.

    Every row of a batch belongs to another subject, so publishing them at once breaks no order.
    """
    async with db.transaction() as tx:
        claimed = await outbox.claim(tx.conn, BATCH)
        if not claimed:
            return 0
        messages = [_outgoing(service, row) for row in claimed]
        results = await publish(channel, EVENTS, messages, PUBLISH_TIMEOUT)
        lost: BaseException | None = None
        done: list[outbox.Claimed] = []
        for row, result in zip(claimed, results, strict=True):
            if result is None:
                done.append(row)
                metrics.published.labels(row.type, "confirmed").inc()
            elif isinstance(result, DeliveryError):
                # Nacked or unroutable: this one message waits, its subject with it, and everybody else goes on.
                await outbox.mark_refused(tx.conn, row.id, type(result).__name__)
                metrics.published.labels(row.type, "refused").inc()
                log.error(
                    "event refused by the broker", event_id=row.event_id, type=row.type, attempts=row.attempts + 1
                )
            else:
                lost = result
        await outbox.mark_published(tx.conn, [row.id for row in done])
        for field, ids in _secrets(db.schemas, done).items():
            await outbox.blank(tx.conn, ids, field)
    if lost is not None:
        raise lost
    return len(claimed)


def _secrets(schemas: EventSchemas, published: Sequence[outbox.Claimed]) -> dict[str, list[int]]:
    """Rows by the fields that their contracts want blanked once sent."""
    found: dict[str, list[int]] = {}
    for row in published:
        for field in schemas.blanked_once_sent(row.type):
            found.setdefault(field, []).append(row.id)
    return found


def _outgoing(service: str, row: outbox.Claimed) -> Outgoing:
    properties = Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=row.event_id,
        message_type=row.type,
        app_id=service,
        headers={"traceparent": row.traceparent} if row.traceparent else None,
    )
    return Outgoing(row.type, properties, row.body)
