"""The outbox: an event is a row, written in the transaction of the change that it tells of.

Order: writing locks the subject's counter first, so for one subject the order of ids is the order of commits; and only
the oldest waiting row of a subject can be claimed, so any number of relays publish a subject's events in order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.connection import Connection
from chassis.events import MAX_EVENT_BYTES, BadEvent, Event, EventSchemas, NewEvent, encode_json, envelope_of
from chassis.ids import new_id
from chassis.telemetry import current_traceparent

NEXT_SEQUENCE = """
INSERT INTO outbox_subjects AS s (subject, sequence) VALUES ($1, 1)
ON CONFLICT (subject) DO UPDATE SET sequence = s.sequence + 1
RETURNING sequence
"""

INSERT = """
INSERT INTO outbox (event_id, event_type, subject, event, recorded_at) VALUES ($1, $2, $3, $4::text::jsonb, $5)
"""

# The one good plan for CLAIM walks the waiting rows in order and looks each subject up. Statistics taken while the outbox
# was empty, or a plan kept from then, lead to others: a second for 100 rows out of 20,000. Hence these settings, and
# OFFSET 0, which keeps the condition from being planned as a join.
WALK_IN_ORDER = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_sort = off"

CLAIM = """
SELECT o.id, o.event_id, o.event_type, o.event::text AS body, o.event->>'traceparent' AS traceparent, o.attempts
  FROM outbox o
 WHERE o.published_at IS NULL AND o.parked_at IS NULL AND o.not_before <= now()
   AND NOT EXISTS (
           SELECT FROM outbox e WHERE e.published_at IS NULL AND e.subject = o.subject AND e.id < o.id OFFSET 0)
 ORDER BY o.id LIMIT $1
   FOR UPDATE OF o SKIP LOCKED
"""

# Of a subject that was erased while its event waited, the envelope is kept alone (see `erase`).
MARK_PUBLISHED = """
UPDATE outbox o
   SET published_at = now(), last_error = NULL,
       event = CASE WHEN EXISTS (SELECT FROM outbox_subjects s WHERE s.subject = o.subject AND s.erased_at IS NOT NULL)
                    THEN o.event - 'data' ELSE o.event END
 WHERE o.id = ANY($1::bigint[])
"""

#: What was secret in it is not kept once it has gone out.
BLANK = "UPDATE outbox SET event = event #- ARRAY['data', $2] WHERE id = ANY($1::bigint[])"

MARK_REFUSED = """
UPDATE outbox SET attempts = attempts + 1, last_error = $2,
       not_before = now() + least(interval '5 minutes', interval '1 second' * power(2, least(attempts, 8)))
 WHERE id = $1
"""

ERASE = """
INSERT INTO outbox_subjects AS s (subject, sequence, erased_at) VALUES ($1, 0, $2)
ON CONFLICT (subject) DO UPDATE SET erased_at = coalesce(s.erased_at, excluded.erased_at)
"""

# What a relay is just sending is waited for: it is published, and seen by the next statement, once its lock is gone.
WAIT_FOR_RELAYS = "SELECT FROM outbox WHERE subject = $1 AND published_at IS NULL FOR UPDATE"
FORGET_DATA = """
UPDATE outbox SET event = event - 'data' WHERE subject = $1 AND published_at IS NOT NULL AND event ? 'data'
"""

ANY_ERASED = "SELECT EXISTS (SELECT FROM outbox_subjects WHERE subject = ANY($1::uuid[]) AND erased_at IS NOT NULL)"

PRUNE = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE published_at < $1 ORDER BY published_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""

WAITING = """
SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float8 AS oldest
  FROM outbox WHERE published_at IS NULL
"""


@dataclass(frozen=True)
class Claimed:
    """A row that this relay holds until its transaction ends."""

    id: int
    event_id: str
    type: str
    body: bytes
    attempts: int
    traceparent: str | None


async def record(conn: Connection, schemas: EventSchemas, source: str, event: NewEvent, now: datetime) -> Event:
    """Number the event and write it. Raises BadEvent where it breaks its contract or is another service's to say."""
    contract = schemas.contracts.get(event.type)
    if contract is None or contract.producer != source:
        raise BadEvent(f"{source} does not say {event.type}")
    schemas.check_data(event.type, event.data)
    sequence = await conn.fetchval(NEXT_SEQUENCE, event.subject)
    recorded = Event(
        id=new_id(),
        source=f"/{source}",
        type=event.type,
        subject=event.subject,
        sequence=sequence,
        time=now,
        data=event.data,
        traceparent=current_traceparent(),
    )
    body = encode_json(envelope_of(recorded))
    if len(body.encode()) > MAX_EVENT_BYTES:
        raise BadEvent(f"{event.type} is larger than {MAX_EVENT_BYTES} bytes")
    await conn.execute(INSERT, recorded.id, event.type, event.subject, body, now)
    return recorded


async def claim(conn: Connection, limit: int) -> list[Claimed]:
    """The heads of up to `limit` subjects, locked until the transaction ends."""
    await conn.execute(WALK_IN_ORDER)
    rows = await conn.fetch(CLAIM, limit)
    return [
        Claimed(
            id=row["id"],
            event_id=str(row["event_id"]),
            type=row["event_type"],
            body=row["body"].encode(),
            attempts=row["attempts"],
            traceparent=row["traceparent"],
        )
        for row in rows
    ]


async def mark_published(conn: Connection, ids: Sequence[int]) -> None:
    await conn.execute(MARK_PUBLISHED, list(ids))


async def blank(conn: Connection, ids: Sequence[int], field: str) -> None:
    """Take this field of the data out of events that were published: they cannot be published again."""
    await conn.execute(BLANK, list(ids), field)


async def erase(conn: Connection, subject: UUID, now: datetime) -> None:
    """The subject is erased, for ever: of its published events, now and later, the envelope is kept alone.

    What still waits is published first: whoever hears the erasure must have heard what came before it.
    """
    await conn.execute(ERASE, subject, now)
    await conn.execute(WAIT_FOR_RELAYS, subject)
    await conn.execute(FORGET_DATA, subject)


async def any_erased(conn: Connection, subjects: Collection[UUID]) -> bool:
    """Whether any of these subjects was erased."""
    found: bool = await conn.fetchval(ANY_ERASED, list(subjects))
    return found


async def mark_refused(conn: Connection, id_: int, error: str) -> None:
    """The broker took this one message not: it waits longer each time, up to five minutes."""
    await conn.execute(MARK_REFUSED, id_, error[:500])


async def prune(conn: Connection, now: datetime, keep: timedelta) -> int:
    """Delete up to 1,000 rows published longer ago than `keep`: they hold personal data. Returns how many."""
    return int((await conn.execute(PRUNE, now - keep)).rpartition(" ")[2])


async def waiting(conn: Connection) -> tuple[int, float]:
    """How many events wait, and the age in seconds of the oldest."""
    [row] = await conn.fetch(WAITING)
    return row["waiting"], row["oldest"]
