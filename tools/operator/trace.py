"""One application's way through all four services, from their own databases and logs. No personal data.

recorded    the event was written, in the transaction of what it tells of
published   the broker has it (the relay)
received    a hearer has taken it, in the transaction of its effect (the inbox)
logged      a line of a service's log that carries the trace id of one of the events
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.topology import queue_name
from contracts import CONTRACTS, SERVICES
from rules.receipt_numbers import parse_receipt_number
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator.house import Connection, database
from tools.operator.log_files import lines_of

#: Registrations are events about a registration; they name the application in their data.
BY_DATA = sorted(c.type for c in CONTRACTS.values() if "application_id" in c.schema.get("properties", {}))

APPLICATION = "SELECT id FROM applications WHERE receipt_number = $1"
#: For an application that intake has erased, while its events are still kept.
APPLICATION_IN_EVENTS = "SELECT subject FROM outbox WHERE event->'data'->>'receipt_number' = $1 LIMIT 1"

EVENTS = """
SELECT event_id, event_type, (event->>'sequence')::bigint AS sequence, recorded_at, published_at, parked_at,
       split_part(event->>'traceparent', '-', 2) AS trace_id
  FROM outbox
 WHERE subject = $1 OR (event_type = ANY($2) AND event->'data'->>'application_id' = $1::text)
 ORDER BY id
"""

RECEIVED = "SELECT queue, event_id, received_at FROM inbox WHERE queue = ANY($1) AND event_id = ANY($2)"


@dataclass(frozen=True)
class Said:
    """One event about the application."""

    service: str
    type: str
    sequence: int
    event_id: UUID
    recorded_at: datetime
    published_at: datetime | None
    parked_at: datetime | None
    trace_id: str | None


@dataclass(frozen=True)
class Step:
    """One thing that happened. `sequence` is the event's number among its source's events about the same subject."""

    at: datetime
    service: str
    what: str
    event_type: str
    sequence: int | None = None
    event_id: UUID | None = None
    trace_id: str | None = None


@dataclass(frozen=True)
class Trace:
    """`open_ends` names each event that is not where it should be, and where that is."""

    application_id: UUID
    steps: Sequence[Step]
    open_ends: Sequence[str]


async def find_application(house: Installation, typed: str) -> UUID:
    """The application that a receipt number, in whatever form it was typed, or an id names. Raises Stopped."""
    receipt_number = parse_receipt_number(typed)
    if receipt_number is None:
        try:
            return UUID(typed)
        except ValueError:
            raise Stopped(
                "That is neither a receipt number (a character may be wrong) nor an application id."
            ) from None
    async with database(house, "intake") as conn:
        for query in (APPLICATION, APPLICATION_IN_EVENTS):
            if found := await conn.fetchval(query, receipt_number):
                return UUID(str(found))
    raise Stopped(f"Intake knows no application {receipt_number}.")


async def trace(house: Installation, application_id: UUID) -> Trace:
    """Everything that is known, in time order. Raises Stopped where nothing is."""
    events: list[Said] = []
    for service in SERVICES:
        async with database(house, service) as conn:
            events += await said(conn, service, application_id)
    if not events:
        raise Stopped("No service has an event of this application: they are kept for 7 days after publishing.")
    received: dict[tuple[str, UUID], datetime] = {}
    for service in SERVICES:
        async with database(house, service) as conn:
            received |= await marks(conn, service, events)
    steps = [*steps_of(events, received), *logged(house.var / "logs", events)]
    return Trace(application_id, sorted(steps, key=lambda step: step.at), open_ends(events, received))


async def said(conn: Connection, service: str, application_id: UUID) -> list[Said]:
    rows = await conn.fetch(EVENTS, application_id, BY_DATA)
    return [
        Said(
            service=service,
            type=row["event_type"],
            sequence=row["sequence"],
            event_id=row["event_id"],
            recorded_at=row["recorded_at"],
            published_at=row["published_at"],
            parked_at=row["parked_at"],
            trace_id=row["trace_id"] or None,
        )
        for row in rows
    ]


async def marks(conn: Connection, service: str, events: Sequence[Said]) -> dict[tuple[str, UUID], datetime]:
    """When `service` took which event: by queue and event id."""
    queues = sorted({queue_name(service, event.type) for event in events if service in _hearers(event)})
    rows = await conn.fetch(RECEIVED, queues, [event.event_id for event in events])
    return {(row["queue"], row["event_id"]): row["received_at"] for row in rows}


def steps_of(events: Iterable[Said], received: dict[tuple[str, UUID], datetime]) -> list[Step]:
    steps: list[Step] = []
    for event in events:
        about: dict[str, Any] = {
            "event_type": event.type,
            "sequence": event.sequence,
            "event_id": event.event_id,
            "trace_id": event.trace_id,
        }
        steps.append(Step(event.recorded_at, event.service, "recorded", **about))
        if event.published_at:
            steps.append(Step(event.published_at, event.service, "published", **about))
        for hearer in _hearers(event):
            if at := received.get((queue_name(hearer, event.type), event.event_id)):
                steps.append(Step(at, hearer, "received", **about))
    return steps


def open_ends(events: Iterable[Said], received: dict[tuple[str, UUID], datetime]) -> list[str]:
    """What has not arrived, and which command shows more of it."""
    found: list[str] = []
    for event in events:
        name = f"{event.type} ({event.event_id})"
        if not event.published_at:
            state = "is parked" if event.parked_at else "waits"
            found.append(f"{name} {state} in the outbox of {event.service}: ouchi outbox {event.service}")
            continue
        found += [
            f"{name} was not taken by {hearer}: ouchi status, ouchi dead-letters list {hearer}"
            for hearer in _hearers(event)
            if (queue_name(hearer, event.type), event.event_id) not in received
        ]
    return found


def logged(folder: Path, events: Iterable[Said]) -> list[Step]:
    """The lines of the services' log files that belong to one of the events' traces; none where there are no files."""
    traces = {event.trace_id for event in events if event.trace_id}
    return [
        Step(line.at, service, "logged", line.text, trace_id=line.trace_id)
        for service in SERVICES
        for line in lines_of(folder, service)
        if line.trace_id in traces
    ]


def _hearers(event: Said) -> list[str]:
    contract = CONTRACTS.get(event.type)
    return [service for service in SERVICES if contract and service in contract.heard_by]
