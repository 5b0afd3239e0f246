"""One connection to the broker at a time, kept for as long as it lasts and opened again when it is lost."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection

log = structlog.get_logger()

#: A connection to the broker, not its client library's reconnecting one: what is lost with a connection is
#: then lost in one visible place, and the outbox and the queues bring it back.
CONNECT_TIMEOUT = 5.0
LONGEST_WAIT = 2.0
#: A connection that ends sooner is a failure like one that never came: a queue is missing, or what it brings cannot be kept.
STEADY = 10.0


class ConnectionLost(Exception):
    """The broker, or the channel to it, is gone."""


@dataclass
class Link:
    """Whether a connection stands just now; `/readyz` reads it."""

    name: str
    up: bool = False
    connection: AbstractConnection | None = None


async def keep_connected(url: str, link: Link, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
    """Connect and run `use` for as long as the connection lasts, for ever. Ends only by cancellation.

    `use` may raise anything: the connection is then closed and opened anew after a short, random wait.
    """
    clock = asyncio.get_running_loop().time
    failures = 0
    while True:
        began = clock()
        try:
            async with await aio_pika.connect(
                url, timeout=CONNECT_TIMEOUT, client_properties={"connection_name": link.name}
            ) as connection:
                link.up, link.connection = True, connection
                await _until_lost(connection, use)
        # A lost connection shows as one of a dozen errors of three libraries: what matters is only to begin again.
        except Exception as error:
            failures = failures + 1 if clock() - began < STEADY else 1
            level = log.warning if failures == 1 or failures % 30 == 0 else log.debug
            level("broker connection ended", link=link.name, error=type(error).__name__, failures=failures)
        finally:
            link.up, link.connection = False, None
        await asyncio.sleep(min(LONGEST_WAIT, 0.1 * 2 ** min(failures, 5)) * random.uniform(0.5, 1.0))  # noqa: S311


async def is_blocked(connection: AbstractConnection) -> bool:
    """Whether the broker is short of memory or disk: it then takes nothing from who has published, and says so once."""
    try:
        async with asyncio.timeout(0):
            await _ready(connection)
    except TimeoutError:
        return True
    return False


async def outlast_block(connection: AbstractConnection) -> bool:
    """Wait until the broker takes messages again; False at once where it had not stopped to.

    For who has waited for a confirm in vain. A new connection would only send the same again, and when the shortage ends
    the broker reads it all.
    """
    if not await is_blocked(connection):
        return False
    log.warning("the broker takes nothing: it is short of memory or disk")
    await _ready(connection)
    log.warning("the broker takes messages again")
    return True


async def _ready(connection: AbstractConnection) -> None:
    # aiormq's connection below aio_pika's: `ready` is public there, and in no interface.
    underlay: Any = connection.transport
    await underlay.connection.ready()


async def _until_lost(connection: AbstractConnection, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
    async def watch() -> None:
        await connection.closed()
        raise ConnectionLost

    async with asyncio.TaskGroup() as group:
        watcher = group.create_task(watch())
        await use(connection)
        watcher.cancel()
