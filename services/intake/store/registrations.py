"""The registrations that applications led to: several may have led to one."""

from uuid import UUID

from chassis.connection import Connection
from services.intake.model.applications import Registration

#: Until the transaction ends nobody else hears of this registration: there may be no row yet that could be locked.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))"

SHOW = """
UPDATE applications SET registration_version = $2, card_number = $3, card_expires_on = $4
 WHERE registration_id = $1 AND registration_version < $2
"""

NEWEST = """
SELECT registration_version, card_number, card_expires_on FROM applications
 WHERE registration_id = $1 ORDER BY registration_version DESC LIMIT 1
"""


async def lock_registration(conn: Connection, id_: UUID) -> None:
    """To be told about it one after the other."""
    await conn.execute(LOCK, id_)


async def show_registration(conn: Connection, registration: Registration) -> None:
    """Let all applications that led to it say this, where they say something older."""
    await conn.execute(SHOW, registration.id, registration.version, registration.card_number, registration.expires_on)


async def newest_registration(conn: Connection, id_: UUID) -> Registration | None:
    """The newest that any application knows of it."""
    row = await conn.fetchrow(NEWEST, id_)
    return Registration(id_, *row) if row else None
