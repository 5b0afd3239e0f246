"""What is no longer needed: found, and deleted."""

from datetime import date, datetime
from uuid import UUID

from chassis.connection import Connection
from services.review.model.forgetting import Limits

# A case that was reopened goes on, and its clock begins anew when it ends again.
NOTE_ENDS = """
UPDATE cases SET ended_at = CASE WHEN status IN ('decided', 'closed') THEN $1::timestamptz END
 WHERE (status IN ('decided', 'closed')) = (ended_at IS NULL)
"""

ENDED = """
SELECT application_id FROM cases
 WHERE status IN ('decided', 'closed')
   AND ended_at < CASE WHEN decision = 'approve' THEN $1::timestamptz
                       WHEN decision = 'reject' THEN $2::timestamptz
                       WHEN closed_because IN ('withdrawn', 'withdrawal_accepted') THEN $3::timestamptz
                       ELSE $4::timestamptz END
 ORDER BY ended_at LIMIT $5 FOR UPDATE SKIP LOCKED
"""

# Spoken of, and never handed over. Ids are UUIDv7: those made before $1 are smaller.
NEVER_HANDED_OVER = """
SELECT application_id FROM (
    SELECT application_id FROM documents UNION SELECT application_id FROM document_fates
     UNION SELECT application_id FROM mails UNION SELECT application_id FROM amendments
     UNION SELECT application_id FROM contacts UNION SELECT application_id FROM withdrawals) AS known
 WHERE application_id < $1 AND NOT EXISTS (SELECT FROM cases c WHERE c.application_id = known.application_id)
 LIMIT $2
"""

PRUNE_REGISTRATIONS = "DELETE FROM registrations WHERE expires_on < $1"

# The audit is not ours to change: its owner's function keeps what the policy keeps, whatever we ask (tools/insert_only.py).
PRUNE_AUDIT = "SELECT public.prune_audit($1, $2)"


async def note_ends(conn: Connection, now: datetime) -> None:
    await conn.execute(NOTE_ENDS, now)


async def ended(conn: Connection, before: Limits, limit: int) -> list[UUID]:
    """Applications whose case ended before its limit, locked; those that another replica forgets are left out."""
    rows = await conn.fetch(ENDED, before.approved, before.rejected, before.withdrawn, before.expired, limit)
    return [row["application_id"] for row in rows]


async def never_handed_over(conn: Connection, below: UUID, limit: int) -> list[UUID]:
    """Applications with an id below this one of which there is everything but a case."""
    return [row["application_id"] for row in await conn.fetch(NEVER_HANDED_OVER, below, limit)]


async def prune_registrations(conn: Connection, expired_before: date) -> None:
    await conn.execute(PRUNE_REGISTRATIONS, expired_before)


async def prune_audit(conn: Connection, before: datetime, limit: int) -> int:
    """Returns how many were deleted."""
    return int(await conn.fetchval(PRUNE_AUDIT, before, limit))
