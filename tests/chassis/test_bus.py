"""The connection to the broker: noticed when it is lost, closed when it is given up."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from aio_pika import Connection
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError
from structlog.testing import capture_logs

from chassis.bus import ConnectionLost, Link, connected, is_only_late, keep_connected
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


async def test_a_confirm_is_only_late_while_the_broker_answers_and_in_vain_once_the_line_is_dead(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.bus.ANSWER_TIMEOUT", 1.0)
    monkeypatch.setattr("chassis.bus.CLOSE_TIMEOUT", 0.1)
    async with line_to(wires.sender_url) as (url, dead), connected(url, "waits") as connection:
        link = Link("waits", True, connection)
        assert await is_only_late(link)
        dead.set()
        assert not await is_only_late(link)


async def test_a_broker_that_confirms_late_is_not_called_anew(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same goes out again over the same connection, and its effect is there once."""
    monkeypatch.setattr("chassis.relay.PUBLISH_TIMEOUT", 0.0)
    await wires.say(1)
    async with wires.relaying() as links, wires.listening(note):
        await eventually(wires.effects, [1])
        before = links[0].connection
        monkeypatch.setattr("chassis.relay.PUBLISH_TIMEOUT", 5.0)
        await eventually(wires.waiting, 0)
        assert links[0].connection is before
        assert await wires.effects() == [1]


async def test_the_log_names_what_ended_a_connection(wires: Wires) -> None:
    async def fail(_: AbstractConnection) -> None:
        raise ExceptionGroup("of two tasks", [TimeoutError(), ExceptionGroup("of one", [ConnectionLost()])])

    async def told() -> list[Any]:
        return [each["error"] for each in logged if each["event"] == "broker connection ended"][:1]

    with capture_logs() as logged:
        async with cancelled_after([keep_connected(wires.sender_url, Link("fails"), fail)]):
            await eventually(told, ["ConnectionLost and TimeoutError"])


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A line to the broker that swallows what is said once the event is set, as a firewall does that forgot it."""
    parts, dead = urlsplit(url), asyncio.Event()
    held: list[asyncio.StreamWriter] = []

    async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while said := await source.read(65536):
            if not dead.is_set():
                sink.write(said)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        held.extend((writer, far_writer))
        await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))

    async with await asyncio.start_server(carry, LOOPBACK, 0) as server:
        host = f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        yield parts._replace(netloc=f"{parts.username}:{parts.password}@{host}").geturl(), dead
        for each in held:
            each.close()
