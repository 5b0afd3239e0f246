"""Many messages at once: one write for all of them, and one confirm for each.

aiormq publishes one message at a time, each with a task, a lock, a timeout and a write of its own: more than half of the
relay's time. Here its bookkeeping (`Channel.basic_publish`, whose fields these are) is done once for all.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aio_pika.abc import AbstractChannel
from aiormq.abc import ChannelFrame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader


@dataclass(frozen=True)
class Outgoing:
    """A message with its routing key. Its properties hold a message id that no other message in flight has."""

    routing_key: str
    properties: Basic.Properties
    body: bytes


async def publish(
    channel: AbstractChannel, exchange: str, messages: Sequence[Outgoing], seconds: float
) -> list[BaseException | None]:
    """For each message None once the broker has confirmed it (waiting up to `seconds`), or why it has not.

    Raises where nothing was sent. DeliveryError is of the one message; anything else is of the connection, which is
    then not good for more.
    """
    # The underlying channel is aiormq's, and none of this is in its interface.
    underlay: Any = await channel.get_underlay_channel()
    async with underlay.lock:
        confirms = [_expect_confirm(underlay, message) for message in messages]
        frames = [frame for message in messages for frame in _frames(exchange, message, underlay.max_content_size)]
        await underlay.write_queue.put(ChannelFrame.marshall(underlay.number, frames))
    try:
        await asyncio.wait(confirms, timeout=seconds)
    finally:
        for message in messages:
            underlay.message_id_delivery_tag.pop(message.properties.message_id, None)
    return [_outcome(confirm) for confirm in confirms]


def _expect_confirm(underlay: Any, message: Outgoing) -> "asyncio.Future[Any]":
    underlay.delivery_tag += 1
    confirm: asyncio.Future[Any] = underlay.create_future()
    underlay.confirmations[underlay.delivery_tag] = confirm
    # By this a message that comes back finds who waits for it.
    underlay.message_id_delivery_tag[message.properties.message_id] = underlay.delivery_tag
    return confirm


def _frames(exchange: str, message: Outgoing, size: int) -> list[Basic.Publish | ContentHeader | ContentBody]:
    body = message.body
    return [
        Basic.Publish(exchange=exchange, routing_key=message.routing_key, mandatory=True),
        ContentHeader(body_size=len(body), properties=message.properties),
        *(ContentBody(body[first : first + size]) for first in range(0, len(body), size)),
    ]


def _outcome(confirm: "asyncio.Future[Any]") -> BaseException | None:
    if not confirm.done():
        confirm.cancel()
        return TimeoutError("the broker confirmed nothing")
    return confirm.exception()
