"""Row `consume`: events a second that review takes over, beside a consumer written by hand for this one event."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from prometheus_client import REGISTRY

from benchmarks.messages import QUEUE, TYPE, depth, messages, persistent
from benchmarks.runner import Row, Runner, spread, until
from chassis import inbox
from chassis.bus import Link
from chassis.clock import system_clock
from chassis.connection import Connection
from chassis.consumer import BATCH, Handle, HandleBatch, consume
from chassis.database import Database, create_pool
from chassis.events import EventSchemas
from chassis.ids import new_id
from chassis.service import Chassis
from chassis.testing import settings_for_tests
from contracts import CONTRACTS, ENVELOPE
from services.review.app import BATCH_HANDLERS, HANDLERS, ReviewSettings, start
from services.review.store import cases, documents, turns
from tools.installation import Installation
from tools.places import ROOT

EVENTS = 5_000
EMPTIED = "TRUNCATE cases, documents, inbox CASCADE"
TAKEN_OVER = "SELECT count(*) FROM cases"
EFFECTS = """
SELECT (SELECT count(*) FROM cases), (SELECT count(DISTINCT application_id) FROM cases),
       (SELECT count(*) FROM documents), (SELECT count(*) FROM inbox)
"""

INSERT_CASE = """
INSERT INTO cases (
    id, application_id, receipt_number, status, version, kind, category, language, round, submitted_at, waiting_since,
    expected_on, policy_version, filled_by, consent, applicant, outcomes, card_number,
    name_key, kana_key, birth_date, address_key, phone_key)
VALUES ($1, $2, $3, 'waiting', 1, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
"""


@dataclass(frozen=True)
class Bench:
    """The servers, as both sides use them."""

    db: Database
    schemas: EventSchemas
    handle: Handle
    handle_batch: HandleBatch
    url: str
    asking: Connection
    admin: AbstractChannel


async def measure_consume(runner: Runner) -> Row:
    count = runner.scaled(EVENTS)
    bare: list[float] = []
    async with bench(await runner.house()) as at:

        async def by_hand() -> float:
            bare.append(await taken(at, count, acknowledge))
            return await taken(at, count, partial(take_by_hand, at.db))

        pairs = await runner.interleaved(lambda: consumed(at, count), by_hand)
    return pairs.faster(
        "consume",
        "events/s",
        f"{count:,} events of 2 KB a time, each taken over once with its two documents",
        f"consuming and acknowledging alone: {spread(bare)} events/s",
    )


@asynccontextmanager
async def bench(house: Installation) -> AsyncIterator[Bench]:
    """review's own context, with an empty queue and empty tables."""
    url, schemas = house.database_url("review"), EventSchemas(CONTRACTS, ENVELOPE)
    own = ReviewSettings(str(ROOT / "config" / "library.toml"), house.addresses.documents_url, unused_key())
    async with (
        create_pool(url, "bench consume", 6) as pool,
        pool.acquire() as asking,
        await aio_pika.connect(house.admin_amqp_url()) as connection,
    ):
        db = Database(pool, "review", schemas, system_clock, lambda: None)
        admin = await connection.channel()
        await (await admin.get_queue(QUEUE)).purge()
        await asking.execute(EMPTIED)
        async with start(Chassis(settings_for_tests(url), db, system_clock), own) as review:
            handle, handle_batch = partial(HANDLERS[TYPE], review), partial(BATCH_HANDLERS[TYPE], review)
            yield Bench(db, schemas, handle, handle_batch, house.amqp_url("review"), asking, admin)


def unused_key() -> bytes:
    """Nobody is called with it here."""
    return bytes(32)


async def waiting(at: Bench, count: int) -> None:
    """Put `count` events into review's queue."""
    waiting = messages(count)
    for first in range(0, count, 500):
        some = [at.admin.default_exchange.publish(persistent(m), QUEUE) for m in waiting[first : first + 500]]
        await asyncio.gather(*some)


async def consumed(at: Bench, count: int) -> float:
    """Events a second with the service's own consumer, schema check and handler."""
    await waiting(at, count)
    before, began = handled(), time.perf_counter()
    async with running(consuming(at)):
        await until(partial(all_taken_over, at, count), every=0.05)
        seconds = time.perf_counter() - began
        # What it has not acknowledged when it ends would come again, in the next turn.
        await until(partial(all_acknowledged, before + count))
    await verify(at, count)
    return count / seconds


def consuming(at: Bench) -> Coroutine[Any, Any, None]:
    """The service's own consumer of this one queue."""
    handlers, batch_handlers, delays = {TYPE: at.handle}, {TYPE: at.handle_batch}, (5, 30, 120, 600)
    return consume(at.db, at.schemas, at.url, Link("bench"), "review", handlers, delays, batch_handlers)


async def taken(at: Bench, count: int, take: Callable[[Sequence[AbstractIncomingMessage]], Awaitable[None]]) -> float:
    """Messages a second that `take` takes by the hundred, each hundred acknowledged at once."""
    await waiting(at, count)
    began = time.perf_counter()
    async with await aio_pika.connect(at.url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=2 * BATCH)
        arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        await (await channel.get_queue(QUEUE)).consume(arrived.put)
        done = 0
        while done < count:
            batch = [await arrived.get()]
            while len(batch) < BATCH and not arrived.empty():
                batch.append(arrived.get_nowait())
            await take(batch)
            await batch[-1].ack(multiple=True)
            done += len(batch)
        seconds = time.perf_counter() - began
        await until(partial(acknowledged, at))
    await verify(at, count if take is not acknowledge else 0)
    return count / seconds


async def acknowledge(_batch: Sequence[AbstractIncomingMessage]) -> None:
    """No work at all."""


async def take_by_hand(db: Database, batch: Sequence[AbstractIncomingMessage]) -> None:
    """The same statements as review's, each once for the whole batch; no schema is checked and no error handled."""
    events = [json.loads(message.body) for message in batch]
    subjects = sorted(UUID(event["subject"]) for event in events)
    async with db.pool.acquire() as conn, conn.transaction():
        await inbox.accept(conn, QUEUE, [UUID(event["id"]) for event in events])
        await conn.execute(turns.LOCK_APPLICATIONS, subjects)
        assert not await conn.fetch(cases.HEARD_OF, subjects)
        await conn.executemany(INSERT_CASE, [case_row(event) for event in events])
        await conn.executemany(documents.NAME, [row for event in events for row in document_rows(event)])


def case_row(event: dict[str, Any]) -> tuple[Any, ...]:
    """What INSERT_CASE takes."""
    data = event["data"]
    person, submitted_at = data["applicant"], datetime.fromisoformat(data["submitted_at"])
    head = (new_id(), UUID(event["subject"]), data["receipt_number"], data["kind"], person["category"])
    told = (data["policy_version"], data["filled_by"], data["consent"], person, data["outcomes"], None)
    keys = [person[name]["match_key"] for name in ("name", "kana", "address", "phone")]
    born = date.fromisoformat(person["birth_date"])
    expected = date.fromisoformat(data["expected_date"])
    when = (data["round"], submitted_at, expected)
    return (*head, data["language"], *when, *told, *keys[:2], born, *keys[2:])


def document_rows(event: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What `documents.NAME` takes."""
    return [
        (
            UUID(event["subject"]),
            UUID(named["id"]),
            *(named[name] for name in ("type", "side", "width", "height", "warnings", "shows_current_address")),
            event["data"]["round"],
            position,
            named.get("mask"),
        )
        for position, named in enumerate(event["data"]["documents"])
    ]


@asynccontextmanager
async def running(work: Any) -> AsyncIterator[None]:
    """`work` runs beside the block and ends with it."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def all_taken_over(at: Bench, count: int) -> bool:
    return bool(await at.asking.fetchval(TAKEN_OVER) >= count)


def handled() -> float:
    """Messages that the service's own consumer has acknowledged, since this process began."""
    return REGISTRY.get_sample_value("events_handled_total", {"queue": QUEUE, "outcome": "done"}) or 0


async def all_acknowledged(count: float) -> bool:
    return handled() >= count


async def acknowledged(at: Bench) -> bool:
    return await depth(at.admin) == 0


async def verify(at: Bench, count: int) -> None:
    """Every event had its effect exactly once; the tables are empty afterwards."""
    [row] = await at.asking.fetch(EFFECTS)
    assert tuple(row) == (count, count, 2 * count, count), f"{tuple(row)} after {count} events"
    await at.asking.execute(EMPTIED)
