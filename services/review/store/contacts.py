"""The newest e-mail address of an application, also where there is no case of it yet."""

from typing import Any
from uuid import UUID

from chassis.connection import Connection
from services.review.model.contacts import Contact

KEEP = """
INSERT INTO contacts AS c (application_id, version, email, language, expiry_notice) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (application_id) DO UPDATE
   SET version = excluded.version, email = excluded.email, language = excluded.language,
       expiry_notice = excluded.expiry_notice
 WHERE excluded.version > c.version
"""

NEWER = """
SELECT k.version, k.email, k.language, k.expiry_notice FROM contacts k JOIN cases c USING (application_id)
 WHERE c.id = $1 AND k.version > c.contact_version
"""

# Only another address is something to be read again before the decision.
SHOW = """
UPDATE cases
   SET applicant = jsonb_set(applicant, '{email}', $2), language = $3, contact_version = $4, expiry_notice = $5,
       version = version + (applicant->'email'->>'display' IS DISTINCT FROM $2::jsonb->>'display')::integer
 WHERE id = $1
"""


async def keep(conn: Connection, application_id: UUID, contact: Contact) -> None:
    """Keep it, unless a later one is known."""
    await conn.execute(KEEP, application_id, contact.version, contact.email, contact.language, contact.expiry_notice)


async def newer(conn: Connection, case_id: UUID) -> Contact | None:
    """What is newer than what the case, whose row is locked, shows."""
    row = await conn.fetchrow(NEWER, case_id)
    return Contact(**row) if row else None


async def show(conn: Connection, case_id: UUID, contact: Contact, email: dict[str, Any]) -> None:
    """Have the case show it: staff should have read a new address before they decide."""
    await conn.execute(SHOW, case_id, email, contact.language, contact.version, contact.expiry_notice)
