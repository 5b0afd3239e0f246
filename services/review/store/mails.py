"""The last word about each mail to the applicant."""

from datetime import datetime
from uuid import UUID

from chassis.connection import Connection
from services.review.model.cases import Undelivered

# Words arrive in any order; notifier's own count says which is the latest.
KEEP = """
INSERT INTO mails AS m (application_id, caused_by, template, outcome, sequence) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (application_id, caused_by, template) DO UPDATE
   SET outcome = excluded.outcome, sequence = excluded.sequence, seen_to_at = NULL, seen_to_by = NULL
 WHERE excluded.sequence > m.sequence
"""

UNDELIVERED = """
SELECT template, sequence FROM mails
 WHERE application_id = $1 AND outcome = 'failed' AND seen_to_at IS NULL ORDER BY sequence
"""

SEE_TO = """
UPDATE mails SET seen_to_at = $3, seen_to_by = $4
 WHERE application_id = $1 AND outcome = 'failed' AND seen_to_at IS NULL AND sequence <= $2
"""


async def keep(
    conn: Connection, application_id: UUID, caused_by: UUID, template: str, outcome: str, sequence: int
) -> None:
    await conn.execute(KEEP, application_id, caused_by, template, outcome, sequence)


async def undelivered(conn: Connection, application_id: UUID) -> Undelivered:
    """The mails that could not be delivered, and that nobody has seen to."""
    rows = await conn.fetch(UNDELIVERED, application_id)
    return Undelivered(tuple(row["template"] for row in rows), rows[-1]["sequence"] if rows else 0)


async def see_to(conn: Connection, application_id: UUID, until: int, now: datetime, staff_id: UUID) -> None:
    """Somebody has seen to those that were known up to `until` of notifier's count."""
    await conn.execute(SEE_TO, application_id, until, now, staff_id)
