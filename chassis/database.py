"""The service's own database: two pools, one way to open a transaction, and what counts as "the database is away"."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from chassis import outbox
from chassis.clock import Clock
from chassis.connection import Connection
from chassis.events import Event, EventSchemas, NewEvent, encode_json

#: The server says so itself, and goes on answering what needs no room.
_SHORT = (asyncpg.DiskFullError, asyncpg.TooManyConnectionsError, asyncpg.ReadOnlySQLTransactionError)
_AWAY = (
    *_SHORT,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    # What asyncpg says of a connection that the server's crash found between two messages.
    asyncpg.InternalClientError,
)


def is_away(error: BaseException) -> bool:
    """True where the database (or its disk) is at fault and not the statement: try the same again later."""
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)
    return isinstance(error, _AWAY)


def is_short(error: BaseException) -> bool:
    """True where the server has no room, or may only read: no message is to blame, though a trivial query succeeds."""
    return isinstance(error, _SHORT)


@dataclass
class Transaction:
    """An open transaction. What is recorded in it is published if it commits, and never was if it does not."""

    conn: Connection
    _source: str
    _schemas: EventSchemas
    _now: Clock
    _after_commit: list[Callable[[], None]] = field(default_factory=list)
    _wake_relay: Callable[[], None] = lambda: None

    async def record(self, event: NewEvent) -> Event:
        """Write an event to the outbox. Raises BadEvent where it breaks its contract."""
        recorded = await outbox.record(self.conn, self._schemas, self._source, event, self._now())
        if self._schemas.erases_subject(event.type):
            await self.erase(event.subject)
        self.after_commit(self._wake_relay)
        return recorded

    async def erase(self, subject: UUID) -> None:
        """Nothing that was said about the subject is kept once it has gone out, see erasure.py."""
        await outbox.erase(self.conn, subject, self._now())

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once if this transaction commits (to wake a loop: nothing may depend on it)."""
        if callback not in self._after_commit:
            self._after_commit.append(callback)


class Database:
    """A pool of connections to the service's own database. It opens lazily: the database may come later than we do."""

    def __init__(
        self, pool: asyncpg.Pool, source: str, schemas: EventSchemas, now: Clock, wake_relay: Callable[[], None]
    ) -> None:
        self.pool = pool
        self._source = source
        self.schemas = schemas
        self._now = now
        self._wake_relay = wake_relay

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One transaction: commits at the end of the block, rolls back on any error."""
        async with self.pool.acquire(timeout=10) as conn:
            async with conn.transaction():
                tx = Transaction(conn, self._source, self.schemas, self._now, _wake_relay=self._wake_relay)
                yield tx
            for callback in tx._after_commit:
                callback()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for reading."""
        async with self.pool.acquire(timeout=10) as conn:
            yield conn


def create_pool(database_url: str, name: str, size: int) -> asyncpg.Pool:
    """A lazy pool of up to `size` connections; enter it with `async with`. pg_stat_activity shows it as `name`."""
    return asyncpg.create_pool(
        database_url,
        min_size=0,
        max_size=size,
        init=_prepare,
        timeout=5,
        server_settings={
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": "15000",
            "lock_timeout": "10000",
            "idle_in_transaction_session_timeout": "30000",
        },
    )


async def _prepare(conn: Any) -> None:
    await conn.set_type_codec("jsonb", encoder=encode_json, decoder=json.loads, schema="pg_catalog")
