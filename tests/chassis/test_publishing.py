"""Many messages with one write: each gets its own answer."""

from uuid import uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError, PublishError
from pamqp.commands import Basic

from chassis.publishing import Outgoing, publish
from chassis.topology import EVENTS
from tests.chassis.conftest import EVENT, OTHER, QUEUE, Wires, eventually
from tools.broker import Management

#: More than two frames of the broker's usual 128 KiB.
LONG = b"x" * 300_000


def message(body: bytes = b"{}", key: str = EVENT) -> Outgoing:
    return Outgoing(key, Basic.Properties(message_id=str(uuid4()), delivery_mode=2), body)


async def test_every_message_arrives_whole_and_in_order(wires: Wires) -> None:
    bodies = [b"first", b"", LONG, b"last"]
    async with await aio_pika.connect(wires.sender_url) as connection:
        channel = await connection.channel()
        assert await publish(channel, EVENTS, [message(body) for body in bodies], 5) == [None] * 4
    async with await aio_pika.connect(wires.admin_url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        taken = [await queue.get(timeout=5) for _ in bodies]
    assert [got.body for got in taken if got] == bodies


async def test_a_message_that_no_queue_takes_is_refused_and_the_others_are_not(wires: Wires) -> None:
    async with Management(wires.management_url) as management:
        await management.delete(f"/bindings/{wires.vhost}/e/{EVENTS}/q/{QUEUE}/{EVENT}")
    async with await aio_pika.connect(wires.sender_url) as connection:
        channel = await connection.channel(on_return_raises=True)
        results = await publish(channel, EVENTS, [message(key=OTHER), message(key=EVENT), message(key=OTHER)], 5)
        assert [type(result) for result in results] == [type(None), PublishError, type(None)]
        assert isinstance(results[1], DeliveryError)
        # The channel goes on: what came back is not mistaken for an answer to what follows.
        assert await publish(channel, EVENTS, [message(key=OTHER)], 5) == [None]


async def test_what_is_not_confirmed_in_time_is_the_connections_fault(wires: Wires) -> None:
    async with await aio_pika.connect(wires.sender_url) as connection:
        results = await publish(await connection.channel(), EVENTS, [message(), message()], 0)
    assert [type(result) for result in results] == [TimeoutError, TimeoutError]
    await eventually(lambda: wires.depth(QUEUE), 2)


async def test_on_a_closed_channel_nothing_is_sent(wires: Wires) -> None:
    async with await aio_pika.connect(wires.sender_url) as connection:
        channel = await connection.channel()
        await channel.close()
        with pytest.raises(ChannelInvalidStateError):
            await publish(channel, EVENTS, [message()], 5)
    assert await wires.depth(QUEUE) == 0


async def test_when_the_channel_ends_every_message_that_waits_is_told(wires: Wires) -> None:
    async with await aio_pika.connect(wires.sender_url) as connection:
        channel = await connection.channel()
        # The broker closes the channel: this user may not say that.
        results = await publish(channel, EVENTS, [message(), message(key="thing.unknown.v1"), message()], 5)
    assert results[0] is None or isinstance(results[0], AMQPError)
    assert [isinstance(result, AMQPError) for result in results[1:]] == [True, True]
    assert not any(isinstance(result, DeliveryError) for result in results)
