"""Attempts to sign in, counted before anything is tried."""

from datetime import datetime

from chassis.connection import Connection
from services.review.model.attempts import Patience

# One statement: of any number at once no more get through than may. Who need not wait waits for no time at all: of two at
# once the one that began first may be counted last.
COUNT = """
INSERT INTO sign_in_attempts AS a (key, attempts, last_at, next_at) VALUES ($1, 1, $2::timestamptz, '-infinity')
ON CONFLICT (key) DO UPDATE
   SET attempts = CASE WHEN a.last_at <= $3 THEN 1 ELSE a.attempts + 1 END,
       last_at = $2,
       next_at = CASE WHEN a.last_at <= $3 OR a.attempts + 1 < $4 THEN '-infinity'
                      ELSE $2 + least($5::interval * power(2, least(a.attempts + 1 - $4, 20)), $6::interval) END
 WHERE a.next_at <= $2
RETURNING attempts
"""

NEXT = "SELECT next_at FROM sign_in_attempts WHERE key = $1"
FORGET = "DELETE FROM sign_in_attempts WHERE key = $1"
TAKE_BACK = "UPDATE sign_in_attempts SET attempts = greatest(attempts - 1, 0), next_at = '-infinity' WHERE key = $1"
PRUNE = "DELETE FROM sign_in_attempts WHERE last_at <= $1"


async def count(conn: Connection, key: bytes, patience: Patience, now: datetime) -> datetime | None:
    """Count an attempt; None where it may be made, else from when on the next one may."""
    values = (now - patience.forgotten, patience.free, patience.first_wait, patience.longest_wait)
    if await conn.fetchval(COUNT, key, now, *values) is not None:
        return None
    next_at: datetime | None = await conn.fetchval(NEXT, key)
    return next_at or now


async def forget(conn: Connection, key: bytes) -> None:
    """Whoever succeeds begins anew."""
    await conn.execute(FORGET, key)


async def take_back(conn: Connection, key: bytes) -> None:
    """This one attempt was right."""
    await conn.execute(TAKE_BACK, key)


async def prune(conn: Connection, before: datetime) -> None:
    await conn.execute(PRUNE, before)
