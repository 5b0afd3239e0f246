"""Whom and how to write to, changed."""

from datetime import datetime
from uuid import UUID

from chassis.connection import Connection
from services.intake.model.applications import Application

SET_CONTACT = "UPDATE applications SET email_key = $2, contact_sequence = $3 WHERE id = $1"
SET_PREFERENCES = """
UPDATE applications
   SET language = $2, expiry_notice = $3, contact_sequence = $4, language_received = coalesce(language_received, language),
       expiry_notice_received = coalesce(expiry_notice_received, expiry_notice)
 WHERE id = $1
"""
#: Links are counted by the day, so what has ended stays until then.
END_PROOFS = "UPDATE proofs SET expires_at = $2 WHERE application_id = $1 AND expires_at > $2"
CHANGES_SINCE = "SELECT count(*) FROM timeline WHERE application_id = $1 AND what = 'contact_changed' AND at > $2"


async def set_contact(conn: Connection, application_id: UUID, email_key: str, sequence: int) -> None:
    """How the address is compared at sign-in, and our sequence of the event that says it."""
    await conn.execute(SET_CONTACT, application_id, email_key, sequence)


async def set_preferences(conn: Connection, application: Application) -> None:
    """In which language, whether before the card expires, and our sequence of the event that says it."""
    applicant = application.applicant
    await conn.execute(
        SET_PREFERENCES, application.id, applicant.language, applicant.expiry_notice, application.contact_sequence
    )


async def end_proofs(conn: Connection, application_id: UUID, now: datetime) -> None:
    """No link that was mailed before proves an address any more."""
    await conn.execute(END_PROOFS, application_id, now)


async def contact_changes_since(conn: Connection, application_id: UUID, since: datetime) -> int:
    """How often the address was changed after this time."""
    return int(await conn.fetchval(CHANGES_SINCE, application_id, since))
