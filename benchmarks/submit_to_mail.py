"""Row `submit_to_mail`: from the start of the submission to the mail server's 250, beside one bare message's way.

Intake runs here, with its relay; notifier is a process of its own; the mail server is one that only notes the time.
"""

import asyncio
import random
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg
from aio_pika.abc import AbstractIncomingMessage
from aiosmtpd.smtp import SMTP as SmtpProtocol

from benchmarks.messages import messages, persistent
from benchmarks.runner import Row, Runner, short, spread
from chassis.connection import Connection
from chassis.ids import new_id
from chassis.service import running
from chassis.testing import settings_for_tests
from rules.receipt_numbers import new_receipt_number
from services.intake import use_cases
from services.intake.app import SERVICE, IntakeSettings
from services.intake.use_cases import Intake
from services.notifier.model import Contact
from services.notifier.store import meet_contact
from tools.addresses import SMTP
from tools.installation import Installation
from tools.keys import key_of_32_bytes
from tools.places import ROOT
from tools.system import System

AT_REST, UNDER_LOAD = 100, 400
LOAD = 0.8
LONGEST_WAIT = 60.0
BARE_QUEUE = "bench.latency"
FORM = {
    "kind": "new",
    "name": "水前寺　はな",
    "kana": "すいぜんじ はな",
    "birth_date": "平成3年4月12日",
    "postal_code": "862-0971",
    "address": "熊本市中央区大江6丁目1-74",
    "phone": "090-1234-5678",
    "email": "hana@example.jp",
    "password": "kuromame42",
    "category": "resident",
    "pickup_branch": "main",
    "hold_contact": "mail",
    "language": "ja",
    "consent": True,
}
READY = "UPDATE applications SET email_proven_at = received_at WHERE id = $1"
COPY = """
INSERT INTO applications SELECT (jsonb_populate_record(a, jsonb_build_object('id', $2::uuid, 'receipt_number', $3::text))).*
  FROM applications a WHERE a.id = $1
"""
PHOTOGRAPH = """
INSERT INTO documents (id, application_id, type, side, shows_current_address, state, round, chosen_at, width, height)
VALUES ($1, $2, 'driving_licence', 'front', true, 'stored', 1, now(), 2016, 1272)
"""


@dataclass
class PostOffice:
    """The mail server: notes when it took the mail to an address."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    awaited: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        [address] = envelope.rcpt_tos
        now = time.perf_counter()
        self.taken.setdefault(address, []).append(now)
        if (waiting := self.awaited.get(address)) and not waiting.done():
            waiting.set_result(now)
        return "250 OK"

    async def mail_to(self, address: str) -> float:
        """When the mail to `address` was taken."""
        waiting = self.awaited.setdefault(address, asyncio.get_running_loop().create_future())
        if address in self.taken:
            return self.taken[address][0]
        async with asyncio.timeout(LONGEST_WAIT):
            return await waiting


@dataclass(frozen=True)
class Bench:
    """The running parts."""

    intake: Intake
    office: PostOffice
    pattern: UUID
    intake_db: Connection
    notifier_db: Connection
    admin_url: str


async def measure_submit_to_mail(runner: Runner) -> Row:
    count, many = runner.scaled(AT_REST), runner.scaled(UNDER_LOAD)
    rest: list[list[float]] = []
    async with bench(await runner.house()) as at:

        async def ours() -> float:
            rest.append(await at_rest(at, count))
            return percentile(rest[-1], 99)

        async def bare() -> float:
            return percentile(await published_to_callback(at, count), 99)

        pairs = await runner.interleaved(ours, bare)
        capacity = await most_per_second(at, many)
        loaded = await at_rate(at, many, LOAD * capacity)
    medians = [percentile(some, 50) for some in rest[1:]]
    return pairs.shorter(
        "submit_to_mail",
        "ms",
        f"p99 of {count} at rest; p50 at rest {spread(medians)} ms; every submission was mailed once",
        f"at {LOAD:.0%} load ({short(LOAD * capacity)}/s of {short(capacity)}/s): "
        f"p50 {short(percentile(loaded, 50))} ms, p99 {short(percentile(loaded, 99))} ms",
    )


@asynccontextmanager
async def bench(house: Installation) -> AsyncIterator[Bench]:
    """Intake, notifier and a mail server, and one application that is ready to be submitted."""
    office = PostOffice()
    addresses = house.addresses
    server = await asyncio.get_running_loop().create_server(
        lambda: SmtpProtocol(office), addresses.smtp_host, addresses.ports[SMTP]
    )
    system = System(house)
    [notifier] = [program for program in system.programs() if program.name == "notifier"]
    settings = settings_for_tests(house.database_url("intake"), house.amqp_url("intake"))
    own = IntakeSettings(
        str(ROOT / "config" / "library.toml"), addresses.public_url, addresses.documents_url, key_of_32_bytes()
    )
    intake_db = await asyncpg.connect(house.database_url("intake"))
    notifier_db = await asyncpg.connect(house.database_url("notifier"))
    try:
        await asyncio.to_thread(system.supervisor.start, notifier)
        await asyncio.to_thread(system.wait_ready)
        async with running(SERVICE, settings, own) as started:
            intake = started.context
            received = await use_cases.receive_application(intake, FORM, secrets.token_hex(16))
            await intake_db.execute(READY, received.id)
            yield Bench(intake, office, received.id, intake_db, notifier_db, house.admin_amqp_url())
    finally:
        await asyncio.to_thread(system.stop)
        server.close()
        await intake_db.close()
        await notifier_db.close()


async def ready_to_submit(at: Bench, count: int) -> list[UUID]:
    """`count` applications that need only to be submitted, as intake and notifier know them."""
    ids = [new_id() for _ in range(count)]
    for id_ in ids:
        number = new_receipt_number(secrets.token_bytes(16))
        await at.intake_db.execute(COPY, at.pattern, id_, number)
        await at.intake_db.execute(PHOTOGRAPH, new_id(), id_)
        await meet_contact(at.notifier_db, Contact(id_, number, address_of(id_), "ja", 1, new_id()))
    return ids


def address_of(id_: UUID) -> str:
    """Each application has an address and a domain of its own, so that no rate limit for a domain is met."""
    return f"hana@{id_.hex}.example.jp"


async def submitted(at: Bench, id_: UUID) -> float:
    """Milliseconds from the start of the use case to the server's 250."""
    began = time.perf_counter()
    await use_cases.submit(at.intake, id_)
    return (await at.office.mail_to(address_of(id_)) - began) * 1000


async def at_rest(at: Bench, count: int) -> list[float]:
    """One at a time, each after a pause."""
    ids = await ready_to_submit(at, count)
    taken = []
    for id_ in ids:
        await asyncio.sleep(random.uniform(0.01, 0.03))
        taken.append(await submitted(at, id_))
    await verify(at, ids)
    return taken


async def most_per_second(at: Bench, count: int) -> float:
    """Submissions a second, mails included, when all are there at once."""
    ids = await ready_to_submit(at, count)
    began = time.perf_counter()
    await asyncio.gather(*(submitted(at, id_) for id_ in ids))
    seconds = time.perf_counter() - began
    await verify(at, ids)
    return count / seconds


async def at_rate(at: Bench, count: int, rate: float) -> list[float]:
    """`rate` a second, at random moments, whether or not the earlier ones are done."""
    ids = await ready_to_submit(at, count)
    tasks = []
    for id_ in ids:
        await asyncio.sleep(random.expovariate(rate))
        tasks.append(asyncio.ensure_future(submitted(at, id_)))
    taken = await asyncio.gather(*tasks)
    await verify(at, ids)
    return taken


async def published_to_callback(at: Bench, count: int) -> list[float]:
    """Milliseconds from publishing one bare message to the callback that gets it."""
    taken: list[float] = []
    got = asyncio.Event()

    async def callback(message: AbstractIncomingMessage) -> None:
        taken.append((time.perf_counter() - began) * 1000)
        await message.ack()
        got.set()

    async with await aio_pika.connect(at.admin_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(BARE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.consume(callback)
        for message in messages(count):
            await asyncio.sleep(random.uniform(0.01, 0.03))
            began = time.perf_counter()
            await channel.default_exchange.publish(persistent(message), BARE_QUEUE)
            await got.wait()
            got.clear()
        await queue.delete(if_unused=False, if_empty=False)
    return taken


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of them do not exceed; the largest where there are too few to tell."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


async def verify(at: Bench, ids: Sequence[UUID]) -> None:
    """Each submission was mailed, and once."""
    mails = [len(at.office.taken[address_of(id_)]) for id_ in ids]
    assert mails == [1] * len(ids), f"{sum(mails)} mails for {len(ids)} submissions"
