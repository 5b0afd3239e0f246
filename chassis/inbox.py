"""The inbox: which events have had their effect, marked in the transaction of the effect itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.connection import Connection

#: A concurrent duplicate waits here until the first transaction ends, and then sees the truth.
ACCEPT = """
INSERT INTO inbox (queue, event_id) SELECT $1, id FROM unnest($2::uuid[]) AS id
ON CONFLICT DO NOTHING RETURNING event_id
"""

PRUNE = """
DELETE FROM inbox WHERE (queue, event_id) IN (
    SELECT queue, event_id FROM inbox WHERE received_at < $1 ORDER BY received_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


async def accept(conn: Connection, queue: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Mark the events as seen by `queue` and return those that had not been seen before."""
    # Sorted, so that two consumers with overlapping batches wait for each other in one order.
    rows = await conn.fetch(ACCEPT, queue, sorted(set(event_ids)))
    return {row["event_id"] for row in rows}


async def prune(conn: Connection, now: datetime, keep: timedelta) -> int:
    """Delete up to 1,000 marks older than `keep` (longer than a dead letter is kept). Returns how many."""
    return int((await conn.execute(PRUNE, now - keep)).rpartition(" ")[2])
