"""Row `relay`: events a second from the outbox to the broker, beside bare publishing with gathered confirms."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel

from benchmarks.messages import QUEUE, Message, depth, drained, fill_outbox, messages, persistent
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

EVENTS = 10_000
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
    return pairs.faster("relay", "events/s", f"{count:,} events of 2 KB a time; each was in the queue once")


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


async def verify(at: Bench, queue: str, expected: list[Message]) -> None:
    """Every message is in the queue exactly once; it is empty afterwards."""
    count = await depth(at.admin, queue)
    taken = await drained(at.admin, count, queue)
    assert sorted(taken) == sorted(str(message.id) for message in expected), f"{queue}: {count} messages"
