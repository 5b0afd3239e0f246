"""What was promised for a day that has passed, and what waits."""

from datetime import date, datetime
from uuid import UUID

from chassis.connection import Connection
from services.review.model.promises import Digest, Late

# A claimed case waits, too. Those that another replica or a reviewer holds are left for the next time.
LOCK_LATE = """
SELECT id, application_id, round FROM cases
 WHERE status = 'waiting' AND expected_on < $1 AND delayed_round IS DISTINCT FROM round
 ORDER BY expected_on, id LIMIT 1
   FOR UPDATE SKIP LOCKED
"""

MARK_DELAYED = "UPDATE cases SET delayed_round = round WHERE id = $1"

COUNT_WAITING = "SELECT count(*) FROM cases WHERE status = 'waiting'"

TAKE_DAY = "INSERT INTO digests (day) VALUES ($1) ON CONFLICT DO NOTHING"

DIGEST = """
SELECT count(*) FILTER (WHERE c.status = 'waiting') AS waiting,
       count(*) FILTER (WHERE c.status = 'waiting' AND c.expected_on < $1) AS overdue,
       min(c.waiting_since) FILTER (WHERE c.status = 'waiting') AS oldest,
       count(*) FILTER (WHERE c.status = 'correction_requested') AS correction_requested,
       (SELECT count(*) FROM cases d WHERE d.application_id IN (
           SELECT application_id FROM mails WHERE outcome = 'failed' AND seen_to_at IS NULL)) AS undelivered
  FROM cases c WHERE c.status IN ('waiting', 'correction_requested')
"""


async def lock_late(conn: Connection, today: date) -> Late | None:
    """A case whose promised day has passed without its applicant having been told in this round."""
    row = await conn.fetchrow(LOCK_LATE, today)
    return Late(row["id"], row["application_id"], row["round"]) if row else None


async def mark_delayed(conn: Connection, case_id: UUID) -> None:
    await conn.execute(MARK_DELAYED, case_id)


async def count_waiting(conn: Connection) -> int:
    return int(await conn.fetchval(COUNT_WAITING))


async def take_day(conn: Connection, day: date) -> bool:
    """False where this day's digest has been said, or is being said by another replica that then commits."""
    return bool(await conn.execute(TAKE_DAY, day) == "INSERT 0 1")


async def digest(conn: Connection, today: date, now: datetime) -> Digest:
    [row] = await conn.fetch(DIGEST, today)
    days = (now - row["oldest"]).days if row["oldest"] else 0
    return Digest(today, row["waiting"], row["overdue"], max(0, days), row["correction_requested"], row["undelivered"])
