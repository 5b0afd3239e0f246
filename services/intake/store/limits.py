"""How often each subject has asked in its window. Replicas share the counts."""

from datetime import datetime

from chassis.connection import Connection

#: A window that ends later than one that begins now is from before the clock or the policy was changed.
COUNT = """
INSERT INTO rate_counts AS counted (subject, count, ends_at) VALUES ($1, 1, $3)
ON CONFLICT (subject) DO UPDATE SET
    count = CASE WHEN counted.ends_at > $2 AND counted.ends_at <= $3 THEN counted.count + 1 ELSE 1 END,
    ends_at = CASE WHEN counted.ends_at > $2 AND counted.ends_at <= $3 THEN counted.ends_at ELSE $3 END
RETURNING count, ends_at
"""
PRUNE = "DELETE FROM rate_counts WHERE ends_at <= $1"


async def count_once_more(conn: Connection, subject: bytes, now: datetime, ends_at: datetime) -> tuple[int, datetime]:
    """(how often in this window, when the window ends); `ends_at`: of a window that begins now."""
    row = await conn.fetchrow(COUNT, subject, now, ends_at)
    assert row is not None
    return row["count"], row["ends_at"]


async def prune_counts(conn: Connection, now: datetime) -> None:
    await conn.execute(PRUNE, now)
