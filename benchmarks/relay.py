"""Row `relay`: events a second from the outbox to the broker, beside bare publishing with gathered confirms."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aio_pika
from aio_pika.abc import AbstractChannel
from prometheus_client import REGISTRY

from benchmarks.messages import QUEUE, TYPE, Message, depth, drained, fill_outbox, messages, persistent
from benchmarks.runner import Row, Runner, until
from chassis.bus import Link
from chassis.clock import system_clock
from chassis.connection import Connection
from chassis.database import Database, create_pool
from chassis.events import EventSchemas
from chassis.pulse import Pulse
from chassis.relay import relay
from contracts import CONTRACTS, ENVELOPE
from tools.installation import Installation

EVENTS, BACKLOG = 10_000, 100_000
GATHERED = 100
BARE_QUEUE = "bench.bare"
ALL_PUBLISHED = "SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"


@dataclass(frozen=True)
class Bench:
    """The servers, as both sides use them."""

    db: Database
    wake: Pulse
    relay_url: str
    admin_url: str
    filling: Connection
    admin: AbstractChannel


async def measure_relay(runner: Runner) -> Row:
    count = runner.scaled(EVENTS)
    async with bench(await runner.house()) as at:
        pairs = await runner.interleaved(lambda: relayed(at, count), lambda: published(at, count))
        steady = await drained_backlog(at, runner.scaled(BACKLOG))
    return pairs.faster("relay", "events/s", f"{count:,} events of 2 KB a time; each was in the queue once", steady)


@asynccontextmanager
async def bench(house: Installation) -> AsyncIterator[Bench]:
    """Everything that both sides need, open."""
    wake = Pulse()
    schemas = EventSchemas(CONTRACTS, ENVELOPE)
    async with (
        create_pool(house.database_url("intake"), "bench relay", 4) as pool,
        pool.acquire() as filling,
        await aio_pika.connect(house.admin_amqp_url()) as connection,
    ):
        admin = await connection.channel()
        bare = await admin.declare_queue(BARE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await filling.execute("TRUNCATE outbox")
        await (await admin.get_queue(QUEUE)).purge()
        try:
            db = Database(pool, "intake", schemas, system_clock, wake.beat)
            yield Bench(db, wake, house.amqp_url("intake"), house.admin_amqp_url(), filling, admin)
        finally:
            await bare.delete(if_unused=False, if_empty=False)


@asynccontextmanager
async def relaying(at: Bench) -> AsyncIterator[None]:
    """The relay runs, connected and with nothing to do yet."""
    link = Link("bench relay")
    task = asyncio.create_task(relay(at.db, at.relay_url, link, at.wake, "intake"))
    try:

        async def connected() -> bool:
            return link.up

        await until(connected)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def relayed(at: Bench, count: int) -> float:
    """Events a second from the commit that records them all to the commit that marks the last one as published."""
    waiting = messages(count)
    async with relaying(at):
        await fill_outbox(at.filling, waiting)
        began = time.perf_counter()
        at.wake.beat()
        await until(lambda: at.filling.fetchval(ALL_PUBLISHED))
        seconds = time.perf_counter() - began
    await verify(at, QUEUE, waiting)
    await at.filling.execute("TRUNCATE outbox")
    return count / seconds


async def published(at: Bench, count: int) -> float:
    """Messages a second, published and confirmed by the hundred with aio-pika alone."""
    bodies = messages(count)
    async with await aio_pika.connect(at.admin_url) as connection:
        exchange = (await connection.channel()).default_exchange
        began = time.perf_counter()
        for first in range(0, count, GATHERED):
            some = bodies[first : first + GATHERED]
            await asyncio.gather(*(exchange.publish(persistent(message), BARE_QUEUE) for message in some))
        seconds = time.perf_counter() - began
    await verify(at, BARE_QUEUE, bodies)
    return count / seconds


async def drained_backlog(at: Bench, count: int) -> str:
    """How steadily the relay works off a large backlog, and what memory that takes."""
    for done in range(0, count, EVENTS):
        await fill_outbox(at.filling, messages(min(EVENTS, count - done)))
    before, memory = confirmed(), resident_megabytes()
    marks = [time.perf_counter()]
    async with relaying(at):
        for tenth in range(1, 11):
            await until(partial(reached, before + count * tenth / 10))
            marks.append(time.perf_counter())
    grown = resident_megabytes() - memory
    queue = await at.admin.get_queue(QUEUE)
    await until(partial(holds, at, count))
    await queue.purge()
    await at.filling.execute("TRUNCATE outbox")
    first, last = (count / 10 / (marks[n + 1] - marks[n]) for n in (0, 9))
    speeds = f"first tenth {first:,.0f}, last tenth {last:,.0f} events/s ({last / first:.2f})"
    return f"a backlog of {count:,}: {speeds}, memory {grown:+.0f} MB"


async def reached(count: float) -> bool:
    return confirmed() >= count


async def holds(at: Bench, count: int) -> bool:
    return await depth(at.admin, QUEUE) == count


def confirmed() -> float:
    """How many events the broker has confirmed to this process."""
    return REGISTRY.get_sample_value("events_published_total", {"type": TYPE, "outcome": "confirmed"}) or 0.0


def resident_megabytes() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def verify(at: Bench, queue: str, expected: list[Message]) -> None:
    """Every message is in the queue exactly once; it is empty afterwards."""
    count = await depth(at.admin, queue)
    taken = await drained(at.admin, count, queue)
    assert sorted(taken) == sorted(str(message.id) for message in expected), f"{queue}: {count} messages"
