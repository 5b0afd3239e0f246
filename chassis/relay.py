"""The relay: takes recorded events from the outbox to the broker. Any number of replicas may run one.

A crash between the broker's confirm and our commit publishes an event twice; the inbox of each listener absorbs that.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import DeliveryError

from chassis import metrics, outbox
from chassis.bus import Link, keep_connected
from chassis.database import Database
from chassis.events import CONTENT_TYPE
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
    await keep_connected(url, link, partial(_relay_over, db, wake, service))


async def _relay_over(db: Database, wake: Pulse, service: str, connection: AbstractConnection) -> None:
    # Unroutable messages must raise: otherwise they come back as a value and would count as published.
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_keep_publishing(db, channel, wake, service))


async def _keep_publishing(db: Database, channel: AbstractChannel, wake: Pulse, service: str) -> None:
    while True:
        if not await publish_batch(db, channel, service):
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
        results = await _publish(channel, service, claimed)
        lost: BaseException | None = None
        done: list[int] = []
        for row, result in zip(claimed, results, strict=True):
            if result is None:
                done.append(row.id)
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
        await outbox.mark_published(tx.conn, done)
    if lost is not None:
        raise lost
    return len(claimed)


async def _publish(
    channel: AbstractChannel, service: str, rows: Sequence[outbox.Claimed]
) -> list[BaseException | None]:
    """For each row None once the broker has confirmed it, or why it has not."""
    # The underlying channel is aiormq's, and `wait` is not in its interface.
    underlay: Any = await channel.get_underlay_channel()
    # Not through the exchange: that waits for the socket after each message, which costs as much as the message.
    sending = [
        asyncio.ensure_future(
            underlay.basic_publish(
                row.body,
                exchange=EVENTS,
                routing_key=row.type,
                properties=_message(service, row).properties,
                mandatory=True,
                wait=False,
            )
        )
        for row in rows
    ]
    _, unanswered = await asyncio.wait(sending, timeout=PUBLISH_TIMEOUT)
    for task in unanswered:
        task.cancel()
    results = await asyncio.gather(*sending, return_exceptions=True)
    return [result if isinstance(result, BaseException) else None for result in results]


def _message(service: str, row: outbox.Claimed) -> aio_pika.Message:
    return aio_pika.Message(
        row.body,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=row.event_id,
        type=row.type,
        app_id=service,
        headers={"traceparent": row.traceparent} if row.traceparent else None,
    )
