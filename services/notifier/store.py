"""The SQL of contacts and deliveries."""

from datetime import datetime
from uuid import UUID

from chassis.connection import Connection
from services.notifier.model import APPLICANT, Contact, Delivery, NewDelivery

UPSERT_CONTACT = """
INSERT INTO contacts AS c (application_id, receipt_number, email, language, sequence) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (application_id) DO UPDATE
   SET receipt_number = excluded.receipt_number, email = excluded.email, language = excluded.language,
       sequence = excluded.sequence
 WHERE c.sequence < excluded.sequence
"""

INSERT_DELIVERY = """
INSERT INTO deliveries (id, application_id, caused_by, template, recipient, occurred_at, content)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (caused_by, template, recipient) DO NOTHING
"""

# In the order in which things happened; a delivery whose contact is not known yet joins when it is.
CLAIM = """
WITH next AS (
    SELECT d.id, c.receipt_number, c.email, c.language
      FROM deliveries d JOIN contacts c USING (application_id)
     WHERE (d.status = 'waiting' AND d.due_at <= $2) OR (d.status = 'sending' AND d.claimed_until <= $2)
     ORDER BY d.occurred_at, d.id LIMIT 1
       FOR UPDATE OF d SKIP LOCKED)
UPDATE deliveries d SET status = 'sending', claim = $1, claimed_until = $3
  FROM next WHERE d.id = next.id
RETURNING d.id, d.claim, d.application_id, d.caused_by, d.template, d.content, d.attempts,
          next.receipt_number, next.email, next.language
"""

# Each of these changes the row only while it is still ours: a claim that ran out may be another sender's by now.
END = """
UPDATE deliveries
   SET status = $3, attempts = $4, ended_at = $5, last_error = $6, content = NULL, claim = NULL, claimed_until = NULL
 WHERE id = $1 AND claim = $2
"""

PUT_OFF = """
UPDATE deliveries
   SET status = 'waiting', attempts = $3, due_at = $4, last_error = $5, claim = NULL, claimed_until = NULL
 WHERE id = $1 AND claim = $2
"""

RELEASE = """
UPDATE deliveries SET status = 'waiting', claim = NULL, claimed_until = NULL WHERE id = $1 AND claim = $2
"""


async def upsert_contact(conn: Connection, contact: Contact) -> None:
    """Keep the contact, unless a later event has already said another."""
    values = (contact.application_id, contact.receipt_number, contact.email, contact.language, contact.sequence)
    await conn.execute(UPSERT_CONTACT, *values)


async def insert_delivery(conn: Connection, id_: UUID, new: NewDelivery) -> None:
    """Add the delivery, unless this event has already asked for it."""
    values = (id_, new.application_id, new.caused_by, new.template, APPLICANT, new.occurred_at, dict(new.content))
    await conn.execute(INSERT_DELIVERY, *values)


async def claim_next(conn: Connection, claim: UUID, now: datetime, until: datetime) -> Delivery | None:
    """The oldest delivery that is due, held until `until`; those that other senders hold are passed over."""
    row = await conn.fetchrow(CLAIM, claim, now, until)
    return Delivery(**row) if row else None


async def mark_sent(conn: Connection, delivery: Delivery, now: datetime) -> bool:
    """False where the delivery is no longer ours."""
    return await _changed(conn, END, delivery, "sent", delivery.attempts + 1, now, None)


async def mark_failed(conn: Connection, delivery: Delivery, now: datetime, error: str) -> bool:
    """False where the delivery is no longer ours. `error` must hold no address."""
    return await _changed(conn, END, delivery, "failed", delivery.attempts + 1, now, error)


async def put_off(conn: Connection, delivery: Delivery, due_at: datetime, error: str) -> None:
    """This attempt counts; the next is made at `due_at`. `error` must hold no address."""
    await _changed(conn, PUT_OFF, delivery, delivery.attempts + 1, due_at, error)


async def release(conn: Connection, delivery: Delivery) -> None:
    """As if it had never been claimed."""
    await _changed(conn, RELEASE, delivery)


async def _changed(conn: Connection, statement: str, delivery: Delivery, *values: object) -> bool:
    return bool(await conn.execute(statement, delivery.id, delivery.claim, *values) == "UPDATE 1")
