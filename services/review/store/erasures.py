"""Applications that were erased."""

from datetime import datetime
from uuid import UUID

from chassis.connection import Connection

REMEMBER = "INSERT INTO erasures (application_id, erased_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
IS_ERASED = "SELECT FROM erasures WHERE application_id = $1"
#: What hangs on a case (decisions, extensions) goes with it.
FORGET = tuple(
    f"DELETE FROM {table} WHERE application_id = $1"  # noqa: S608
    for table in ("cases", "contacts", "amendments", "withdrawals", "documents", "document_fates", "mails")
)


async def remember(conn: Connection, application_id: UUID, at: datetime) -> None:
    await conn.execute(REMEMBER, application_id, at)


async def is_erased(conn: Connection, application_id: UUID) -> bool:
    return await conn.fetchrow(IS_ERASED, application_id) is not None


async def forget(conn: Connection, application_id: UUID) -> None:
    """Everything about the application; the audit, which names nobody, and a registration that it led to stay."""
    for statement in FORGET:
        await conn.execute(statement, application_id)
