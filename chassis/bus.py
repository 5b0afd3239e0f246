"""One connection to the broker at a time, kept for as long as it lasts and opened again when it is lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aio_pika.connection import make_url

log = structlog.get_logger()

#: A connection to the broker, not its client library's reconnecting one: what is lost with a connection is
#: then lost in one visible place, and the outbox and the queues bring it back.
CONNECT_TIMEOUT = 5.0
CLOSE_TIMEOUT = 5.0
LONGEST_WAIT = 2.0
#: A connection that ends sooner is a failure like one that never came: a queue is missing, or what it brings cannot be kept.
STEADY = 10.0
#: A broker that is slow with its confirms opens a channel within this time; a connection that leads nowhere does not.
ANSWER_TIMEOUT = 5.0


class ConnectionLost(Exception):
    """The broker, or the channel to it, is gone."""


@dataclass
class Link:
    """Whether a connection stands just now; `/readyz` reads it."""

    name: str
    up: bool = False
    connection: AbstractConnection | None = None


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncIterator[AbstractConnection]:
    """A connection that is closed in the end, also where it never came to be. Raises what the client library raises."""
    connection = aio_pika.Connection(make_url(url), client_properties={"connection_name": name})
    try:
        await connection.connect(CONNECT_TIMEOUT)
        yield connection
    finally:
        # A broker that is short of memory or disk reads nothing from who has published, not even the goodbye.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await connection.close()
        # What could not say goodbye counts as closed too: else its destructor tries, and no loop may be running then.
        await connection.close()


async def never_silently(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`. A cancellation that nobody asked for is the client library's way of saying that the connection is gone.

    A group of tasks would not notice: it takes a task that was cancelled for one that ended well.
    """
    try:
        await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionLost from None


async def keep_connected(url: str, link: Link, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
    """Connect and run `use` for as long as the connection lasts, for ever. Ends only by cancellation.

    `use` may raise anything: the connection is then closed and opened anew after a short, random wait.
    """
    clock = asyncio.get_running_loop().time
    failures = 0
    while True:
        began = clock()
        try:
            await never_silently(_use_once(url, link, use))
        # A lost connection shows as one of a dozen errors of three libraries: what matters is only to begin again.
        except Exception as error:
            failures = failures + 1 if clock() - began < STEADY else 1
            level = log.warning if failures == 1 or failures % 30 == 0 else log.debug
            level("broker connection ended", link=link.name, error=_kinds(error), failures=failures)
        finally:
            link.up, link.connection = False, None
        await asyncio.sleep(min(LONGEST_WAIT, 0.1 * 2 ** min(failures, 5)) * random.uniform(0.5, 1.0))  # noqa: S311


def _kinds(error: BaseException) -> str:
    """The names of what a group of tasks raised, of one error its own."""
    if isinstance(error, BaseExceptionGroup):
        return " and ".join(sorted({_kinds(each) for each in error.exceptions}))
    return type(error).__name__


async def _use_once(url: str, link: Link, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
    async with connected(url, link.name) as connection:
        link.up, link.connection = True, connection
        await _until_lost(connection, use)


async def is_blocked(connection: AbstractConnection) -> bool:
    """Whether the broker is short of memory or disk: it then takes nothing from who has published, and says so once."""
    try:
        async with asyncio.timeout(0):
            await _ready(connection)
    except TimeoutError:
        return True
    return False


async def is_only_late(link: Link) -> bool:
    """Whether the connection is good, for who has waited for a confirm in vain. Waits while the broker takes nothing.

    A new connection would only send the same again: a broker that is short of memory or disk reads it all when the
    shortage ends, and one that has much to do answers in the end. Raises what a lost connection raises.
    """
    if link.connection is None:
        return False
    if await is_blocked(link.connection):
        log.warning("the broker takes nothing: it is short of memory or disk")
        await _ready(link.connection)
        log.warning("the broker takes messages again")
        return True
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT), link.connection.channel():
            log.warning("the broker confirms late")
            return True
    except TimeoutError:
        # The shortage may have begun meanwhile.
        return await is_blocked(link.connection) and await is_only_late(link)


async def _ready(connection: AbstractConnection) -> None:
    # aiormq's connection below aio_pika's: `ready` is public there, and in no interface.
    underlay: Any = connection.transport
    await underlay.connection.ready()


async def _until_lost(connection: AbstractConnection, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
    lost = asyncio.Event()
    connection.close_callbacks.add(lambda *_: lost.set())

    async def watch() -> None:
        await lost.wait()
        raise ConnectionLost

    async with asyncio.TaskGroup() as group:
        watcher = group.create_task(watch())
        await use(connection)
        watcher.cancel()
