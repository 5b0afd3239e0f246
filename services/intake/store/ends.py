"""Applications whose time is over: reminded, expired, erased."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.connection import Connection

OVERDUE = """
SELECT id FROM applications
 WHERE id > $1 AND status IN ('provisional', 'correction_requested')
   AND (status = 'provisional' AND received_at < $2 OR status = 'correction_requested' AND correct_by < $3)
 ORDER BY id LIMIT $4
"""

TO_REMIND = """
SELECT id FROM applications a
 WHERE id > $1 AND status IN ('provisional', 'correction_requested') AND status = $2
   AND (received_at < $3 OR correct_by < $4)
   AND NOT EXISTS (SELECT FROM reminders r WHERE r.application_id = a.id AND r.round = a.round AND r.day >= $5)
 ORDER BY id LIMIT $6
"""

INSERT_REMINDER = """
INSERT INTO reminders (application_id, round, day, said_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
RETURNING day
"""

TO_ERASE = """
SELECT id FROM applications WHERE status = $1 AND status <> 'erased' AND ended_at < $2 ORDER BY ended_at LIMIT $3
"""

ERASE = """
UPDATE applications
   SET status = 'erased', version = version + 1, fields = $2, fields_received = '{}', fields_handed = NULL,
       fields_missed = '{}', email_key = '', password_hash = '', corrections = '[]', corrected = '{}', rejection = '[]',
       rejection_note = NULL, registration_id = NULL, registration_version = NULL, card_number = NULL,
       card_expires_on = NULL, expiry_notice = false, expiry_notice_received = NULL, language_received = NULL
 WHERE id = $1
"""

INSERT_ERASURE = """
INSERT INTO erasures (application_id, receipt_number, outcome, because, policy_version, erased_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""

#: Of the timeline the days remain, for statistics.
FORGET = tuple(
    f"DELETE FROM {table} WHERE application_id = $1"  # noqa: S608
    for table in (
        "sessions",
        "proofs",
        "password_resets",
        "drafts",
        "idempotency_keys",
        "documents",
        "mails",
        "amendments",
        "reminders",
        "handovers",
    )
)


async def overdue(
    conn: Connection, after: UUID, received_before: datetime, correct_by_before: date, limit: int
) -> list[UUID]:
    """Open applications behind `after` that were received, or whose correction was due, before these."""
    return [row["id"] for row in await conn.fetch(OVERDUE, after, received_before, correct_by_before, limit)]


async def to_remind(
    conn: Connection,
    after: UUID,
    status: str,
    received_before: datetime | None,
    correct_by_before: date | None,
    day: int,
    limit: int,
) -> list[UUID]:
    """Open applications behind `after`, as old as that, of which neither this day's reminder nor a later one was said."""
    rows = await conn.fetch(TO_REMIND, after, status, received_before, correct_by_before, day, limit)
    return [row["id"] for row in rows]


async def remember_reminder(conn: Connection, id_: UUID, round_: int, day: int, now: datetime) -> bool:
    """False where it was said before."""
    return await conn.fetchval(INSERT_REMINDER, id_, round_, day, now) is not None


async def to_erase(conn: Connection, status: str, ended_before: datetime, limit: int) -> list[UUID]:
    return [row["id"] for row in await conn.fetch(TO_ERASE, status, ended_before, limit)]


async def erase_application(conn: Connection, id_: UUID, kept: dict[str, Any]) -> None:
    """Leave of the application, whose row is locked, what names nobody."""
    for statement in FORGET:
        await conn.execute(statement, id_)
    await conn.execute(ERASE, id_, kept)


async def insert_erasure(
    conn: Connection, id_: UUID, receipt_number: str, outcome: str, because: str, policy_version: str, now: datetime
) -> None:
    await conn.execute(INSERT_ERASURE, id_, receipt_number, outcome, because, policy_version, now)
