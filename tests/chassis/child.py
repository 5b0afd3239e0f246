"""A process that runs the real relay, or a real consumer, and is killed just before it says its k-th word.

A word is whatever leaves the process on a socket: a statement to the database, a publish or an acknowledgement to the
broker. Between two words nothing can be seen from outside, so with every k every moment to die at is tried.
"""

import asyncio
import os
import signal
from asyncio import selector_events
from collections.abc import Callable, Coroutine
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any

from chassis import relay as relaying
from chassis.bus import Link
from chassis.clock import system_clock
from chassis.consumer import consume
from chassis.database import Database, Transaction, create_pool
from chassis.events import Event
from chassis.pulse import Pulse
from chassis.relay import relay
from tests.chassis.conftest import EVENT, OTHER, SCHEMAS, note

#: Who says nothing for so long has nothing more to say: neither polls while the test runs.
SILENCE = 0.4
#: The handler fails with it, for as long as the child lives.
BAD = 13
DELAYS = (1, 2)

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.chassis.child"])


async def run(what: Callable[..., None], *arguments: Any) -> bool:
    """Run one of the functions below in a process of its own; True where it came to its end, False where it was killed."""
    process: ForkServerProcess = _context.Process(target=what, args=arguments)
    await asyncio.to_thread(process.start)
    await asyncio.to_thread(process.join)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def relay_once(word: int, database_url: str, url: str) -> None:
    """Relay what is recorded; be killed before word number `word`, or end when all is said."""
    relaying.POLL = 3600.0
    link = Link("relay of a child")

    async def work() -> None:
        async with create_pool(database_url, "child", 2) as pool:
            db = Database(pool, "sender", SCHEMAS, system_clock, lambda: None)
            await _until_silent(word, pool, link, relay(db, url, link, Pulse(), "sender"))

    asyncio.run(work())


def consume_once(word: int, database_url: str, url: str) -> None:
    """Handle what waits in the queues; be killed before word number `word`, or end when all is said."""
    link = Link("consumer of a child")

    async def handle(tx: Transaction, event: Event) -> None:
        if event.data["n"] == BAD:
            raise ValueError
        await note(tx, event)

    async def work() -> None:
        async with create_pool(database_url, "child", 2) as pool:
            db = Database(pool, "listener", SCHEMAS, system_clock, lambda: None)
            handlers = {EVENT: handle, OTHER: handle}
            await _until_silent(word, pool, link, consume(db, SCHEMAS, url, link, "listener", handlers, DELAYS))

    asyncio.run(work())


async def _until_silent(word: int, pool: Any, link: Link, working: Coroutine[Any, Any, None]) -> None:
    said = Words(word, link)
    said.listen()
    async with pool.acquire(), pool.acquire():
        pass
    task = asyncio.ensure_future(working)
    while not said.silent():  # noqa: ASYNC110 - silence is no event
        await asyncio.sleep(0.05)
    task.cancel()
    # Ended, not killed: what it says now is not part of the way of an event.
    said.last = -1
    with suppress(asyncio.CancelledError):
        await task


class Words:
    """Counts what leaves the process once it is connected, and kills it before the last word it may not say."""

    def __init__(self, last: int, link: Link) -> None:
        self.last, self.link = last, link
        self.count, self.at = 0, 0.0

    def listen(self) -> None:
        # The transport of asyncio itself: whichever library speaks, and however, is heard.
        transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
        write = transport.write

        def counted(this: Any, data: Any) -> None:
            if self.link.up:
                self.count += 1
                if self.count == self.last:
                    os.kill(os.getpid(), signal.SIGKILL)
                self.at = asyncio.get_running_loop().time()
            write(this, data)

        transport.write = counted

    def silent(self) -> bool:
        return self.count > 0 and asyncio.get_running_loop().time() - self.at > SILENCE
