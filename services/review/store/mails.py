"""The last word about each mail to the applicant."""

from uuid import UUID

from chassis.connection import Connection

# Words arrive in any order; notifier's own count says which is the latest.
KEEP = """
INSERT INTO mails AS m (application_id, caused_by, template, outcome, sequence) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (application_id, caused_by, template) DO UPDATE
   SET outcome = excluded.outcome, sequence = excluded.sequence WHERE excluded.sequence > m.sequence
"""

UNDELIVERED = """
SELECT template FROM mails WHERE application_id = $1 AND outcome = 'failed' ORDER BY sequence
"""


async def keep(
    conn: Connection, application_id: UUID, caused_by: UUID, template: str, outcome: str, sequence: int
) -> None:
    await conn.execute(KEEP, application_id, caused_by, template, outcome, sequence)


async def undelivered(conn: Connection, application_id: UUID) -> tuple[str, ...]:
    """The templates of mails that could not be delivered."""
    return tuple(row["template"] for row in await conn.fetch(UNDELIVERED, application_id))
