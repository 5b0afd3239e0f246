"""Where a message goes that has no effect yet: a retry step, waiting longer each time, and after the last the dead letters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from chassis import metrics
from chassis.bus import Link, is_only_late
from chassis.topology import retry_key

log = structlog.get_logger()

PUBLISH_TIMEOUT = 5.0
#: Ours, not the broker's: headers that begin with x- belong to the broker.
ATTEMPT_HEADER = "retry-attempt"


@dataclass(frozen=True)
class Retries:
    """The retry steps of one queue, `delays` in seconds, and the service's exchange that leads to them."""

    queue: str
    delays: tuple[int, ...]
    exchange: AbstractExchange
    link: Link


async def fail(retries: Retries, message: AbstractIncomingMessage, error: Exception) -> None:
    """This one message caused an error: one attempt more, or no more."""
    attempt = _attempt(message) + 1
    if attempt > len(retries.delays):
        await bury(retries, message, type(error).__name__, error)
        return
    delay = retries.delays[attempt - 1]
    log.warning(
        "handling failed, will be tried again",
        queue=retries.queue,
        event_id=message.message_id,
        attempt=attempt,
        delay=delay,
        error=type(error).__name__,
        exc_info=error,
    )
    await _send_later(retries, message, attempt, delay)


async def put_off(retries: Retries, message: AbstractIncomingMessage) -> None:
    """Let the message wait in the first retry step; this counts as no attempt."""
    await _send_later(retries, message, _attempt(message), retries.delays[0])


async def bury(retries: Retries, message: AbstractIncomingMessage, reason: str, error: Exception | None = None) -> None:
    """To the dead letters, for 30 days."""
    # With the traceback: the message is kept, but why it failed is known only now.
    log.error(
        "dead letter",
        queue=retries.queue,
        event_id=message.message_id,
        type=message.type,
        reason=reason,
        exc_info=error,
    )
    await message.reject(requeue=False)
    metrics.dead_letters.labels(retries.queue).inc()
    metrics.handled.labels(retries.queue, "dead").inc()


async def drop(retries: Retries, message: AbstractIncomingMessage) -> None:
    """Nobody needs it and nobody may keep it: what it is about was erased."""
    log.warning("message dropped", queue=retries.queue, event_id=message.message_id, reason="its subject was erased")
    await message.ack()
    metrics.handled.labels(retries.queue, "dropped").inc()


async def _send_later(retries: Retries, message: AbstractIncomingMessage, attempt: int, delay: int) -> None:
    """Let a copy of the message wait `delay` seconds and come back to its queue, as one delivered for the first time."""
    copy = aio_pika.Message(
        message.body,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        type=message.type,
        app_id=message.app_id,
        headers={**_own_headers(message.headers), ATTEMPT_HEADER: attempt},
    )
    while True:
        try:
            await retries.exchange.publish(
                copy, routing_key=retry_key(retries.queue, delay), mandatory=True, timeout=PUBLISH_TIMEOUT
            )
            break
        except TimeoutError:
            if not await is_only_late(retries.link):
                raise
    await message.ack()
    metrics.handled.labels(retries.queue, "retry").inc()


def _attempt(message: AbstractIncomingMessage) -> int:
    value = message.headers.get(ATTEMPT_HEADER, 0)
    return value if isinstance(value, int) and value >= 0 else 0


def _own_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if not name.startswith("x-")}
