"""Two invented services, a sender and a listener, on real servers: the chassis knows nothing about library cards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aio_pika
import pytest
from aiohttp.test_utils import TestClient, TestServer

from chassis import health
from chassis.bus import Link
from chassis.clock import system_clock
from chassis.consumer import Handle, HandleBatch, consume
from chassis.database import Database, create_pool
from chassis.events import EventSchemas, NewEvent
from chassis.ids import new_id
from chassis.migrations import migrate
from chassis.pulse import Pulse
from chassis.relay import relay
from chassis.service import MIGRATIONS, Running, Service, create_app
from chassis.testing import settings_for_tests
from chassis.topology import EVENTS, BrokerUser, Subscriber, dead_letter_queue, definitions, queue_name
from chassis.web.routes import Route
from contracts import ENVELOPE
from tools.broker import Management
from tools.servers import Servers

EVENT = "thing.happened.v1"
OTHER = "thing.ended.v1"
ERASED = "thing.erased.v1"
QUEUE = queue_name("listener", EVENT)
EFFECTS = "CREATE TABLE effects (n int NOT NULL, subject uuid NOT NULL, at bigserial)"


@dataclass(frozen=True)
class Said:
    """A contract of the invented services."""

    type: str
    producer: str = "sender"
    heard_by: tuple[str, ...] = ("listener",)
    schema: Mapping[str, Any] = field(
        default_factory=lambda: {
            "type": "object",
            "required": ["n"],
            "properties": {"n": {"type": "integer"}, "text": {"type": "string", "maxLength": 100_000}},
        }
    )


CONTRACTS = {
    EVENT: Said(EVENT),
    OTHER: Said(OTHER, schema={**Said(OTHER).schema, "x-blanked-once-sent": ["text"]}),
    ERASED: Said(ERASED, schema={**Said(ERASED).schema, "x-erases-subject": True}),
}
SCHEMAS = EventSchemas(CONTRACTS, ENVELOPE)


@dataclass(frozen=True)
class Wires:
    """Both services' databases, and a virtual host with their topology."""

    sender: Database
    listener: Database
    recorded: Pulse
    sender_url: str
    listener_url: str
    admin_url: str
    management_url: str
    vhost: str
    subscriber_url: str
    sender_database: str
    listener_database: str

    async def say(self, n: int, subject: UUID | None = None, type_: str = EVENT) -> None:
        async with self.sender.transaction() as tx:
            await tx.record(NewEvent(type_, subject or new_id(), {"n": n}))

    async def effects(self) -> list[int]:
        async with self.listener.connection() as conn:
            return [row["n"] for row in await conn.fetch("SELECT n FROM effects ORDER BY at")]

    async def waiting(self) -> int:
        async with self.sender.connection() as conn:
            return int(await conn.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))

    async def depth(self, queue: str) -> int:
        """Messages in the queue, taken from the broker itself and not from its statistics."""
        async with await aio_pika.connect(self.admin_url) as connection:
            channel = await connection.channel()
            declared = await channel.declare_queue(queue, passive=True)
            return declared.declaration_result.message_count or 0

    @asynccontextmanager
    async def relaying(self, count: int = 1) -> AsyncIterator[list[Link]]:
        links = [Link(f"relay {n}") for n in range(count)]
        async with cancelled_after(
            relay(self.sender, self.sender_url, link, self.recorded, "sender") for link in links
        ):
            yield links

    @asynccontextmanager
    async def listening(
        self,
        handle: Handle,
        delays: tuple[int, ...] = (1, 2),
        count: int = 1,
        batch_handlers: Mapping[str, HandleBatch] = MappingProxyType({}),
    ) -> AsyncIterator[list[Link]]:
        links = [Link(f"consumer {n}") for n in range(count)]
        handlers = {EVENT: handle, OTHER: handle, ERASED: handle}
        url = self.listener_url
        async with cancelled_after(
            consume(self.listener, SCHEMAS, url, link, "listener", handlers, delays, batch_handlers) for link in links
        ):
            yield links


@asynccontextmanager
async def web_face(
    wires: Wires, route: Route[Wires], checks: Mapping[str, health.Check] = MappingProxyType({})
) -> AsyncIterator["TestClient[Any, Any]"]:
    """The sender's web face with one route of its own."""

    @asynccontextmanager
    async def start(_chassis: Any, _own: None) -> AsyncIterator[Wires]:
        yield wires

    service: Service[Wires, None] = Service(
        name="sender",
        title="Sender",
        folder=Path(__file__).parent,
        contracts=CONTRACTS,
        envelope=ENVELOPE,
        settings=lambda _env: None,
        start=start,
        routes=[route],
    )
    app = create_app(service, settings_for_tests(""), Running(wires, wires.sender, checks))
    async with TestClient(TestServer(app)) as client:
        yield client


@asynccontextmanager
async def cancelled_after(coroutines: Any) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def note(tx: Any, event: Any) -> None:
    """The simplest effect: one row."""
    await tx.conn.execute("INSERT INTO effects (n, subject) VALUES ($1, $2)", event.data["n"], event.subject)


Eventually = Callable[[Callable[[], Awaitable[Any]], Any], Awaitable[None]]


async def eventually(ask: Callable[[], Awaitable[Any]], expected: Any, seconds: float = 20) -> None:
    """Wait until `ask()` gives `expected`; at the deadline fail with what it gives."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (value := await ask()) != expected:
        if asyncio.get_running_loop().time() > deadline:
            assert value == expected
        await asyncio.sleep(0.02)


@pytest.fixture
async def wires(
    servers: Servers, blank_database: Callable[[], Awaitable[str]], blank_vhost: Callable[[], Awaitable[str]]
) -> AsyncIterator[Wires]:
    admin_url = await blank_vhost()
    parts = urlsplit(admin_url)
    vhost, host = parts.path[1:], parts.netloc.rpartition("@")[2]
    users = {
        name: BrokerUser(f"{vhost}_{name}", f"password of {name}".replace(" ", "-")) for name in ("sender", "listener")
    }
    other = Subscriber(BrokerUser(f"{vhost}_other", "password-of-other"), "other.registrations", 3)
    urls = {
        name: f"amqp://{user.name}:{user.password}@{host}/{vhost}"
        for name, user in {**users, "other": other.user}.items()
    }
    document = definitions(CONTRACTS, vhost=vhost, users=users, subscribers=[other], retry_delays=(1, 2))
    databases = {}
    for name in users:
        databases[name] = await blank_database()
        await migrate(databases[name], [MIGRATIONS])
    recorded = Pulse()
    async with (
        Management(servers.management_url) as management,
        create_pool(databases["sender"], "sender", 5) as sender,
        create_pool(databases["listener"], "listener", 5) as listener,
    ):
        await management.post("/definitions", document)
        await listener.execute(EFFECTS)
        yield Wires(
            Database(sender, "sender", SCHEMAS, system_clock, recorded.beat),
            Database(listener, "listener", SCHEMAS, system_clock, lambda: None),
            recorded,
            urls["sender"],
            urls["listener"],
            admin_url,
            servers.management_url,
            vhost,
            urls["other"],
            databases["sender"],
            databases["listener"],
        )
        for user in (*users.values(), other.user):
            await management.delete(f"/users/{user.name}")


DEAD = dead_letter_queue("listener")


async def publish(wires: Wires, *bodies: str, url: str = "", exchange: str = EVENTS, key: str = EVENT) -> None:
    """Messages as another's relay would publish them, by default as the sender."""
    async with await aio_pika.connect(url or wires.sender_url) as connection:
        channel = await connection.channel()
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        for body in bodies:
            await target.publish(aio_pika.Message(body.encode()), key)
