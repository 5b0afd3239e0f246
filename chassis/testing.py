"""What a service's tests need: a clock that moves when told, a database, the recorded events, a started app."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from aiohttp.test_utils import TestClient, TestServer

from chassis.clock import Clock
from chassis.connection import Connection
from chassis.database import Database, create_pool
from chassis.events import Contract, Event, EventSchemas, NewEvent, event_of
from chassis.ids import new_id
from chassis.service import Chassis, EventHandler, Running, Service, create_app
from chassis.settings import Settings
from chassis.web.addresses import networks
from chassis.web.listener import OPTIONS

S = TypeVar("S")
O = TypeVar("O")  # noqa: E741


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    time: datetime = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        """Move by the named amounts of `timedelta`: `move(days=3)`."""
        self.time += timedelta(**by)


def settings_for_tests(database_url: str, amqp_url: str = "amqp://127.0.0.1:1/") -> Settings:
    """Settings of a service that is started inside a test. Its callers are on this machine, and may say that they
    come from elsewhere."""
    return Settings(
        host="127.0.0.1",
        port=0,
        database_url=database_url,
        amqp_url=amqp_url,
        secret_key=bytes(32),
        retry_delays=(1, 1),
        public_url="http://127.0.0.1",
        log_console=True,
        trusted_proxies=networks(("127.0.0.1",)),
    )


@asynccontextmanager
async def open_database(
    service: str, url: str, contracts: Mapping[str, Contract], envelope: Mapping[str, Any], now: Clock
) -> AsyncIterator[Database]:
    """The service's database as the service itself opens it; no relay runs."""
    async with create_pool(url, f"{service} tests", 4) as pool:
        yield Database(pool, service, EventSchemas(contracts, envelope), now, lambda: None)


@asynccontextmanager
async def started(
    service: Service[S, O], own: O, database_url: str, now: Clock
) -> AsyncIterator[tuple[S, "TestClient[Any, Any]"]]:
    """The service's context and an HTTP client to it. No relay, consumer or loop runs: a test calls what it means."""
    settings = settings_for_tests(database_url)
    async with (
        open_database(service.name, database_url, service.contracts, service.envelope, now) as db,
        service.start(Chassis(settings, db, now), own) as context,
    ):
        app = create_app(service, settings, Running(context, db, {}))
        server = TestServer(app)
        await server.start_server(**OPTIONS)
        async with TestClient(server) as client:
            yield context, client


async def recorded_events(conn: Connection) -> list[Event]:
    """Every event in the outbox, in the order of recording."""
    rows = await conn.fetch("SELECT event FROM outbox ORDER BY id")
    return [event_of(row["event"]) for row in rows]


async def deliver(
    context: S, db: Database, handlers: Mapping[str, EventHandler[S]], event: Event, *, times: int = 1
) -> None:
    """Give the event to its handler in a transaction of its own, `times` times without deduplication.

    Skipping the inbox is stricter than the promise: the handler itself must then be idempotent.
    """
    for _ in range(times):
        async with db.transaction() as tx:
            await handlers[event.type](context, tx, event)


def heard(type_: str, source: str, subject: UUID, data: Mapping[str, Any], sequence: int = 1) -> Event:
    """An event as it arrives from `source`."""
    time = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    return Event(new_id(), f"/{source}", type_, subject, sequence, time, data)


async def record(db: Database, event: NewEvent) -> Event:
    """Record one event in a transaction of its own."""
    async with db.transaction() as tx:
        return await tx.record(event)


__all__ = [
    "MovableClock",
    "deliver",
    "heard",
    "open_database",
    "record",
    "recorded_events",
    "settings_for_tests",
    "started",
]
