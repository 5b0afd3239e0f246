"""The outbox of a service: what waits, what the broker refused, and what an operator set aside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tools.errors import Stopped
from tools.operator.audit import Note
from tools.operator.house import Connection

LAG = """
SELECT count(*) AS waiting, min(recorded_at) AS oldest_at,
       count(*) FILTER (WHERE attempts > 0 AND parked_at IS NULL) AS refused,
       count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked
  FROM outbox WHERE published_at IS NULL
"""

STUCK = """
SELECT o.event_id, o.event_type, o.recorded_at, o.attempts, o.last_error, o.parked_at,
       nullif(o.not_before, '-infinity') AS not_before,
       (SELECT count(*) FROM outbox l
         WHERE l.published_at IS NULL AND l.subject = o.subject AND l.id > o.id) AS behind
  FROM outbox o
 WHERE o.published_at IS NULL AND (o.attempts > 0 OR o.parked_at IS NOT NULL)
 ORDER BY o.id
"""

# A relay that is publishing the row holds its lock: these wait for it, and then find the row published.
PARK = """
UPDATE outbox SET parked_at = now()
 WHERE event_id = $1 AND published_at IS NULL AND parked_at IS NULL RETURNING event_type
"""

UNPARK = """
UPDATE outbox SET parked_at = NULL, not_before = '-infinity'
 WHERE event_id = $1 AND published_at IS NULL AND parked_at IS NOT NULL RETURNING event_type
"""

DISCARD = """
DELETE FROM outbox WHERE event_id = $1 AND published_at IS NULL AND parked_at IS NOT NULL RETURNING event_type
"""

STATE = "SELECT published_at, parked_at FROM outbox WHERE event_id = $1"

#: In the order in which a row goes through them.
CHANGES = {"park": PARK, "unpark": UNPARK, "discard": DISCARD}


@dataclass(frozen=True)
class Lag:
    """How far a service's outbox is behind. `waiting` includes the refused and the parked."""

    service: str
    waiting: int
    oldest_at: datetime | None
    refused: int
    parked: int


@dataclass(frozen=True)
class Stuck:
    """An event that waits for more than its turn."""

    service: str
    event_id: UUID
    event_type: str
    recorded_at: datetime
    #: How often the broker refused it, with what, and when the relay tries again (None: at once).
    attempts: int
    last_error: str | None
    not_before: datetime | None
    parked_at: datetime | None
    #: Later events of the same subject, which wait for this one.
    behind: int


async def lag(conn: Connection, service: str) -> Lag:
    [row] = await conn.fetch(LAG)
    return Lag(service, **row)


async def stuck(conn: Connection, service: str) -> list[Stuck]:
    return [Stuck(service, **row) for row in await conn.fetch(STUCK)]


async def change(conn: Connection, service: str, action: str, event_id: UUID, note: Note) -> str:
    """Park, unpark or discard one event; returns its type. Raises Stopped where its state does not allow that."""
    async with conn.transaction():
        event_type: str | None = await conn.fetchval(CHANGES[action], event_id)
        if event_type is None:
            raise Stopped(_why_not(await conn.fetchrow(STATE, event_id), service, action))
        note(f"{action} outbox event", service=service, event_id=event_id, type=event_type)
    return event_type


def _why_not(row: Any, service: str, action: str) -> str:
    if row is None:
        return f"{service} has no event of this id in its outbox."
    if row["published_at"]:
        return "That event is published already: nothing holds it back."
    if row["parked_at"]:
        return "That event is parked already."
    first = " Park it first: an event is never discarded in one step." if action == "discard" else ""
    return f"That event is not parked.{first}"
