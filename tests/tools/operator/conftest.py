"""The whole house on real servers, with nothing in it, and hands to put events and dead letters there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection

from chassis.bus import Link
from chassis.clock import system_clock
from chassis.consumer import Handle, consume
from chassis.database import Database
from chassis.events import CONTENT_TYPE, Event, EventSchemas, NewEvent, encode_json, envelope_of
from chassis.ids import new_id
from chassis.pulse import Pulse
from chassis.relay import relay
from chassis.testing import heard, open_database
from chassis.topology import queue_name, service_queues
from contracts import CONTRACTS, ENVELOPE, SERVICES
from tests.conftest import FromService
from tools.installation import Installation
from tools.operator.answer import Answer
from tools.operator.arguments import parse

RECEIVED = "application.received.v1"
QUEUE = queue_name("notifier", RECEIVED)
DEAD = "notifier.dead"
EMAIL = "hana@example.jp"

SCHEMAS = EventSchemas(CONTRACTS, ENVELOPE)


@dataclass(frozen=True)
class House:
    """An installation that no service runs in."""

    installation: Installation
    databases: Mapping[str, Database]
    broker: AbstractConnection

    async def ouchi(self, *words: str) -> Answer:
        """What the command line answers."""
        options = parse(words)
        answer: Answer = await options.run(self.installation, options)
        return answer

    async def record(self, type_: str, subject: UUID | None = None, **changes: Any) -> Event:
        """The event of the contract's example, recorded by who says it."""
        contract = CONTRACTS[type_]
        async with self.databases[contract.producer].transaction() as tx:
            data = {**contract.example["data"], **changes}
            return await tx.record(NewEvent(type_, subject or new_id(), data))

    async def execute(self, service: str, statement: str, *values: object) -> None:
        async with self.databases[service].connection() as conn:
            await conn.execute(statement, *values)

    async def die(self, event: Event | None = None, *, body: bytes | None = None, type_: str = RECEIVED) -> str:
        """A message that notifier refuses: it becomes a dead letter as a consumer would make it one. Returns its id."""
        event = event or example()
        before = await self.depth(DEAD)
        async with self.broker.channel() as channel:
            message = aio_pika.Message(
                encode_json(envelope_of(event)).encode() if body is None else body,
                content_type=CONTENT_TYPE,
                message_id=str(event.id),
                type=type_,
                app_id="intake",
                headers={"retry-attempt": 4, "traceparent": event.traceparent or ""},
            )
            await channel.default_exchange.publish(message, QUEUE)
            queue = await channel.get_queue(QUEUE)
            taken = await queue.get(timeout=5)
            assert taken is not None
            await taken.reject(requeue=False)
        await eventually(lambda: self.depth(DEAD), before + 1)
        return str(event.id)

    async def depth(self, queue: str) -> int:
        async with self.broker.channel() as channel:
            return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count or 0

    async def taken(self, queue: str) -> list[Any]:
        """Every message of the queue, taken away."""
        async with self.broker.channel() as channel:
            source = await channel.get_queue(queue)
            found = []
            while message := await source.get(fail=False, timeout=5):
                await message.ack()
                found.append(message)
            return found

    def audit(self) -> list[str]:
        file = self.installation.var / "logs" / "operator.log"
        return file.read_text().splitlines() if file.exists() else []

    @asynccontextmanager
    async def notifier_hears(self, handle: Handle) -> AsyncIterator[None]:
        """Notifier's own consumer of QUEUE, without retries."""
        url, db = self.installation.amqp_url("notifier"), self.databases["notifier"]
        async with running(consume(db, SCHEMAS, url, Link("notifier"), "notifier", {RECEIVED: handle}, ())):
            yield

    @asynccontextmanager
    async def relaying(self, service: str) -> AsyncIterator[None]:
        url = self.installation.amqp_url(service)
        async with running(relay(self.databases[service], url, Link(service), Pulse(), service)):
            yield


@pytest.fixture
async def house(provisioned: Installation, database_url: FromService, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        databases = {
            service: await stack.enter_async_context(
                open_database(service, await database_url(service), CONTRACTS, ENVELOPE, system_clock)
            )
            for service in SERVICES
        }
        connection = await stack.enter_async_context(await aio_pika.connect(provisioned.admin_amqp_url()))
        channel = await connection.channel()
        for queue in all_queues(provisioned):
            await (await channel.get_queue(queue, ensure=False)).purge()
        (provisioned.var / "logs" / "operator.log").unlink(missing_ok=True)
        yield House(provisioned, databases, connection)


def all_queues(installation: Installation) -> list[str]:
    own = [name for service in SERVICES for name in (*service_queues(CONTRACTS, service), f"{service}.dead")]
    return [*own, *(subscriber.queue for subscriber in installation.subscribers().values())]


def example(type_: str = RECEIVED) -> Event:
    """An event as it arrives, invented."""
    contract = CONTRACTS[type_]
    return heard(type_, contract.producer, new_id(), contract.example["data"])


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def eventually(ask: Callable[[], Awaitable[Any]], expected: Any, seconds: float = 20) -> None:
    """Wait until `ask()` gives `expected`; at the deadline fail with what it gives."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (value := await ask()) != expected:
        if asyncio.get_running_loop().time() > deadline:
            assert value == expected
        await asyncio.sleep(0.02)
