"""The connection to the broker: noticed when it is lost, closed when it is given up."""

import asyncio
import gc
from urllib.parse import quote

import pytest
from aio_pika import Connection
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError

from chassis.bus import Link, connected, keep_connected, outlast_block
from chassis.database import Transaction
from chassis.events import Event
from tests.chassis.conftest import Wires, cancelled_after, eventually, note
from tools.broker import Management
from tools.ports import LOOPBACK, free_ports


async def test_a_connection_that_the_broker_ends_is_opened_again_also_while_nothing_is_sent(wires: Wires) -> None:
    link, used = Link("waits"), 0

    async def wait(_: AbstractConnection) -> None:
        nonlocal used
        used += 1
        await asyncio.Event().wait()

    async def times_used() -> int:
        return used

    async with cancelled_after([keep_connected(wires.sender_url, link, wait)]), Management(wires.management_url) as web:
        await eventually(times_used, 1)
        await eventually(lambda: _end_connections(web, wires.vhost), 1)
        await eventually(times_used, 2)


async def _end_connections(web: Management, vhost: str) -> int:
    """How many there were; the broker's list is some seconds old."""
    names = [found["name"] for found in await web.get(f"/vhosts/{vhost}/connections")]
    for name in names:
        await web.delete(f"/connections/{quote(name)}")
    return len(names)


async def test_a_connection_that_never_came_to_be_is_closed_and_its_destructor_has_nothing_to_do() -> None:
    port = free_ports(["broker"])["broker"]
    # The traceback that is kept here keeps the connection.
    with pytest.raises((OSError, AMQPError)) as _failed:
        async with connected(f"amqp://nobody:nothing@{LOOPBACK}:{port}/", "in vain"):
            pass
    made = [each for each in gc.get_objects() if isinstance(each, Connection) and each.url.port == port]
    assert [each.is_closed for each in made] == [True]


async def test_a_cancellation_that_nobody_asked_for_is_a_lost_connection(wires: Wires) -> None:
    link, used = Link("waits"), 0

    async def end_oddly(_: AbstractConnection) -> None:
        nonlocal used
        used += 1
        raise asyncio.CancelledError

    async def used_again() -> bool:
        return used > 1

    async with cancelled_after([keep_connected(wires.sender_url, link, end_oddly)]):
        await eventually(used_again, True)


async def test_a_handler_that_nobody_cancelled_does_not_end_its_queue(wires: Wires) -> None:
    tried = 0

    async def cancelled_at_first(tx: Transaction, event: Event) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise asyncio.CancelledError
        await note(tx, event)

    await wires.say(1)
    async with wires.relaying(), wires.listening(cancelled_at_first):
        await eventually(wires.effects, [1])


async def test_just_after_a_shortage_a_late_confirm_is_waited_for(wires: Wires) -> None:
    async with connected(wires.sender_url, "waits") as connection:
        link = Link("waits", True, connection)
        assert not await outlast_block(link)
        link.unblocked_at = asyncio.get_running_loop().time() - 9
        assert await outlast_block(link)
        link.unblocked_at -= 2
        assert not await outlast_block(link)
