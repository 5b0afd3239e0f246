"""The state of the house on one page; each part is asked for by itself, so that one that is away hides no other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity

from chassis.topology import dead_letter_queue, retry_exchange, service_queues
from contracts import CONTRACTS, SERVICES
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator import outbox
from tools.operator.house import broker, database, service_url

ASK_SECONDS = 5.0
#: The relay publishes within a second; an event that waits this long waits for something.
LATE = timedelta(seconds=60)

WORK, RETRY, DEAD, OTHERS = "events", "retry", "dead", "other systems"


@dataclass(frozen=True)
class Readiness:
    """What a service says of itself at /readyz; no problems mean that it is ready."""

    service: str
    problems: Sequence[str]


@dataclass(frozen=True)
class Queue:
    """`messages` are those that wait; None where the queue does not exist. `limit` is where the oldest are dropped."""

    name: str
    kind: str
    messages: int | None
    consumers: int
    limit: int | None = None

    @property
    def concern(self) -> str:
        """Why somebody should look, or nothing."""
        if self.messages is None:
            return "missing: run the set-up step"
        if self.kind == DEAD and self.messages:
            return "ouchi dead-letters list"
        if self.kind == WORK and not self.consumers:
            return "nobody consumes it"
        if self.limit is not None and self.messages >= self.limit // 2:
            return "half full or more: the oldest will be dropped"
        return ""


@dataclass(frozen=True)
class Status:
    """`away` names what could not be asked."""

    at: datetime
    services: Sequence[Readiness]
    outboxes: Sequence[outbox.Lag]
    queues: Sequence[Queue]
    away: Sequence[str]

    @property
    def attention(self) -> bool:
        return bool(
            self.away
            or any(service.problems for service in self.services)
            or any(late(lag, self.at) or lag.refused or lag.parked for lag in self.outboxes)
            or any(queue.concern for queue in self.queues)
        )


def late(lag: outbox.Lag, now: datetime) -> bool:
    return lag.oldest_at is not None and now - lag.oldest_at > LATE


async def status(house: Installation, now: datetime) -> Status:
    away: list[str] = []
    outboxes: list[outbox.Lag] = []
    for service in SERVICES:
        try:
            async with database(house, service) as conn:
                outboxes.append(await outbox.lag(conn, service))
        except Stopped as reason:
            away.append(str(reason))
    queues: list[Queue] = []
    try:
        async with broker(house) as connection:
            queues = await depths(house, connection)
    except Stopped as reason:
        away.append(str(reason))
    return Status(now, await readiness(house), outboxes, queues, away)


async def readiness(house: Installation) -> list[Readiness]:
    timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        return await asyncio.gather(*(_ready(session, service, service_url(house, service)) for service in SERVICES))


async def _ready(session: aiohttp.ClientSession, service: str, url: str) -> Readiness:
    try:
        async with session.get(f"{url}/readyz") as answer:
            checks = (await answer.json())["checks"]
            problems = [f"{name}: {problem}" for name, problem in checks.items() if problem]
            return Readiness(service, problems or ([] if answer.ok else [f"answers {answer.status}"]))
    except (aiohttp.ClientError, TimeoutError):
        return Readiness(service, [f"does not answer at {url} (after make run OUCHI_PORTS=…, give ouchi the same)"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return Readiness(service, [f"{url} is some other program"])


async def depths(house: Installation, connection: AbstractConnection) -> list[Queue]:
    """Every queue of the house, counted by the broker now and not by its statistics of some seconds ago."""
    found: list[Queue] = []
    for service in SERVICES:
        found += [await _depth(connection, name, WORK) for name in service_queues(CONTRACTS, service)]
        found += [
            await _depth(connection, f"{retry_exchange(service)}.{delay}s", RETRY) for delay in house.retry_delays
        ]
        found.append(await _depth(connection, dead_letter_queue(service), DEAD))
    for subscriber in house.subscribers().values():
        found.append(await _depth(connection, subscriber.queue, OTHERS, subscriber.queue_length))
    return found


async def _depth(connection: AbstractConnection, name: str, kind: str, limit: int | None = None) -> Queue:
    try:
        async with connection.channel() as channel:
            result = (await channel.declare_queue(name, passive=True)).declaration_result
            return Queue(name, kind, result.message_count or 0, result.consumer_count or 0, limit)
    except ChannelNotFoundEntity:
        return Queue(name, kind, None, 0, limit)
