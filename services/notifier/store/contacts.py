"""The SQL of contacts, of the cards that some are kept for, and of applications that were erased."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.connection import Connection
from services.notifier.model import Contact, Registration

INSERT_CONTACT = """
INSERT INTO contacts (application_id, receipt_number, email, language, sequence, caused_by, expiry_notice, email_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING application_id
"""

LOCK_CONTACT = """
SELECT application_id, receipt_number, email, language, sequence, caused_by, expiry_notice, email_sequence
  FROM contacts WHERE application_id = $1 FOR UPDATE
"""

SET_CONTACT = """
UPDATE contacts SET receipt_number = $2, email = $3, language = $4, sequence = $5, caused_by = $6, expiry_notice = $7,
                    email_sequence = $8
 WHERE application_id = $1
"""

KEEP_REGISTRATION = """
INSERT INTO registrations AS r (registration_id, version, application_id, expires_on) VALUES ($1, $2, $3, $4)
ON CONFLICT (registration_id) DO UPDATE
   SET version = excluded.version, application_id = excluded.application_id, expires_on = excluded.expires_on
 WHERE excluded.version > r.version
"""

FORGET_REGISTRATIONS = "DELETE FROM registrations WHERE expires_on < $1"

REMEMBER_FORGOTTEN = """
INSERT INTO forgotten (application_id, forgotten_at, end_known)
SELECT $1, $2, EXISTS (SELECT FROM deliveries WHERE application_id = $1 AND template = ANY($3)) ON CONFLICT DO NOTHING
"""
IS_FORGOTTEN = "SELECT FROM forgotten WHERE application_id = $1"
NOTE_END = "UPDATE forgotten SET end_known = true WHERE application_id = $1 AND NOT end_known"

END_CONSENT = "INSERT INTO ended_consents (application_id) VALUES ($1) ON CONFLICT DO NOTHING"

# The first of these remembers which word on the contact was the last, before the contact goes.
NOTE_CONTACTS = """
UPDATE forgotten f SET contact_sequence = c.sequence
  FROM contacts c
 WHERE c.application_id = f.application_id AND ($1::uuid IS NULL OR f.application_id = $1)
   AND c.sequence > f.contact_sequence
"""
FORGET_CONTACTS = """
DELETE FROM contacts c USING forgotten f
 WHERE c.application_id = f.application_id AND ($1::uuid IS NULL OR f.application_id = $1)
   AND NOT (c.expiry_notice AND c.sequence = f.contact_sequence
            AND NOT EXISTS (SELECT FROM ended_consents e WHERE e.application_id = c.application_id)
            AND (EXISTS (SELECT FROM registrations r WHERE r.application_id = c.application_id AND r.expires_on >= $3)
                 OR (NOT f.end_known AND f.forgotten_at > $2)))
"""
# Of a contact that stays: no more than to whom, in which language, and that this was wanted.
FORGET_DETAILS = """
UPDATE contacts c SET receipt_number = NULL, caused_by = NULL, email_sequence = 0
  FROM forgotten f
 WHERE c.application_id = f.application_id AND ($1::uuid IS NULL OR f.application_id = $1)
   AND (c.receipt_number IS NOT NULL OR c.caused_by IS NOT NULL)
"""
FORGET_DELIVERIES = """
DELETE FROM deliveries d USING forgotten f
 WHERE d.application_id = f.application_id AND ($1::uuid IS NULL OR f.application_id = $1)
   AND d.status IN ('waiting', 'sending') AND d.template <> 'registration_expiring'
"""


async def meet_contact(conn: Connection, contact: Contact) -> Contact | None:
    """Keep the contact of an application that has none, else give the one that it has, locked."""
    if await conn.fetchval(INSERT_CONTACT, *_values(contact)) is not None:
        return None
    row = await conn.fetchrow(LOCK_CONTACT, contact.application_id)
    return Contact(**row) if row else None


async def set_contact(conn: Connection, contact: Contact) -> None:
    """Write the contact, whose row is locked."""
    await conn.execute(SET_CONTACT, *_values(contact))


def _values(contact: Contact) -> tuple[object, ...]:
    return (
        contact.application_id,
        contact.receipt_number,
        contact.email,
        contact.language,
        contact.sequence,
        contact.caused_by,
        contact.expiry_notice,
        contact.email_sequence,
    )


async def keep_registration(conn: Connection, registration: Registration) -> None:
    """Keep what is said of the registration, unless a greater version is known."""
    about = (registration.registration_id, registration.version, registration.application_id, registration.expires_on)
    await conn.execute(KEEP_REGISTRATION, *about)


async def forget_registrations(conn: Connection, today: date) -> None:
    """Those whose last valid day is over."""
    await conn.execute(FORGET_REGISTRATIONS, today)


async def remember_forgotten(conn: Connection, application_id: UUID, now: datetime, ends: Sequence[str]) -> None:
    """`ends`: the templates by which it is known how an application ended."""
    await conn.execute(REMEMBER_FORGOTTEN, application_id, now, list(ends))


async def is_forgotten(conn: Connection, application_id: UUID) -> bool:
    return await conn.fetchrow(IS_FORGOTTEN, application_id) is not None


async def note_end(conn: Connection, application_id: UUID) -> None:
    """It is known how this application ended: where it was erased, it waits for no card any more."""
    await conn.execute(NOTE_END, application_id)


async def end_consent(conn: Connection, application_id: UUID) -> None:
    """Nobody is told by the contact of this application before a card expires."""
    await conn.execute(END_CONSENT, application_id)


async def forget(conn: Connection, waiting_since: datetime, today: date, application_id: UUID | None = None) -> None:
    """What is not needed of an application that was erased: its unsent messages, and its contact unless a card that is
    valid today needs it, or one that may still be heard of because it was erased after `waiting_since`.

    Without an application: of all that were erased.
    """
    await conn.execute(NOTE_CONTACTS, application_id)
    await conn.execute(FORGET_CONTACTS, application_id, waiting_since, today)
    await conn.execute(FORGET_DETAILS, application_id)
    await conn.execute(FORGET_DELIVERIES, application_id)
