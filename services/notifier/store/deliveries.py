"""The SQL of deliveries and of how fast they go out."""

from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.connection import Connection
from rules.policy_limits import Rate
from services.notifier.model import Delivery, NewDelivery, Pace, Returned

INSERT_DELIVERY = """
INSERT INTO deliveries (id, application_id, caused_by, template, recipient, occurred_at, content, traceparent,
                        contact_sequence)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
 WHERE $4 = 'registration_expiring' OR NOT EXISTS (SELECT FROM forgotten WHERE application_id = $2)
ON CONFLICT (caused_by, template, recipient) DO NOTHING
"""

HAS_LATER = "SELECT FROM deliveries WHERE application_id = $1 AND template = $2 AND occurred_at > $3"

# Every letter but this one names the application, by its receipt number.
_HAS_CONTACT = """((c.receipt_number IS NOT NULL OR d.template = 'registration_expiring')
             AND c.sequence >= d.contact_sequence)"""

# Why a message must not be sent, or null.
_UNTRUE = """CASE
    WHEN d.template = 'contact_replaced' AND d.content->>'to' = c.email THEN 'the address holds again'
    WHEN d.template <> 'registration_expiring' THEN NULL
    WHEN NOT EXISTS (
        SELECT FROM registrations r
         WHERE r.application_id = d.application_id AND r.expires_on = (d.content->>'expires_on')::date
           AND r.expires_on >= {today}) THEN 'the card has expired, or was renewed or changed'
    WHEN NOT c.expiry_notice OR EXISTS (SELECT FROM ended_consents e WHERE e.application_id = d.application_id)
        THEN 'not wanted any more'
    END"""

# Why the notice to an erased application will not find a reader: its contact was heard of and is not kept, or is too late.
_UNTELLABLE = """CASE
    WHEN d.template = 'registration_expiring' AND c.application_id IS NULL
     AND (f.contact_sequence > 0 OR f.forgotten_at <= {since}) THEN 'no address is kept'
    END"""

DROP_UNTRUE = f"""
UPDATE deliveries d
   SET status = 'dropped', ended_at = $1, last_error = untrue.why, content = NULL, claim = NULL, claimed_until = NULL
  FROM (SELECT d.id, coalesce({_UNTRUE.format(today="$2")}, {_UNTELLABLE.format(since="$3")}) AS why
          FROM deliveries d LEFT JOIN contacts c USING (application_id) LEFT JOIN forgotten f USING (application_id)
         WHERE d.status IN ('waiting', 'sending') AND d.template IN ('contact_replaced', 'registration_expiring')
           AND ($4::uuid IS NULL OR d.application_id = $4)) untrue
 WHERE d.id = untrue.id AND untrue.why IS NOT NULL
   AND (d.status = 'waiting' OR (d.status = 'sending' AND d.claimed_until <= $1))
"""  # noqa: S608

# Senders take turns at counting, so that together they keep within the rates.
LOCK_PACE = "SELECT pg_advisory_xact_lock(hashtextextended('sendings', 0))"

# In the order in which things happened; a delivery whose contact is not known yet joins when it is, and so does one that
# is for a later address than we know. One to an applicant
# waits while another to them is being sent, and while an earlier one is due.
CLAIM = f"""
WITH full_domains AS (
    SELECT domain FROM sendings WHERE at > $4 GROUP BY domain HAVING count(*) >= $5),
next AS (
    SELECT d.id, c.receipt_number, coalesce(d.content->>'to', c.email, d.recipient) AS email, coalesce(c.language, 'ja') AS language,
           lower(substring(coalesce(d.content->>'to', c.email, d.recipient) FROM '[^@]*$')) AS domain
      FROM deliveries d LEFT JOIN contacts c USING (application_id)
     WHERE (d.application_id IS NULL OR {_HAS_CONTACT})
       AND {_UNTRUE.format(today="$8")} IS NULL
       AND ((d.status = 'waiting' AND d.due_at <= $2) OR (d.status = 'sending' AND d.claimed_until <= $2))
       AND NOT EXISTS (
               SELECT FROM deliveries o
                WHERE o.application_id = d.application_id AND o.id <> d.id AND o.status IN ('waiting', 'sending')
                  AND (o.claimed_until > $2
                       OR (o.occurred_at, o.id) < (d.occurred_at, d.id) AND (o.status = 'sending' OR o.due_at <= $2)))
       AND lower(substring(coalesce(d.content->>'to', c.email, d.recipient) FROM '[^@]*$')) NOT IN (SELECT domain FROM full_domains)
       AND (SELECT count(*) FROM sendings WHERE at > $6) < $7
     ORDER BY d.occurred_at, d.id LIMIT 1
       FOR UPDATE OF d SKIP LOCKED),
counted AS (
    INSERT INTO sendings (claim, domain, at) SELECT $1, domain, $2 FROM next)
UPDATE deliveries d SET status = 'sending', claim = $1, claimed_until = $3
  FROM next WHERE d.id = next.id
RETURNING d.id, d.claim, d.application_id, d.caused_by, d.template, d.occurred_at, d.content, d.attempts,
          d.traceparent, next.receipt_number, next.email, next.language
"""  # noqa: S608

# Each of these changes the row only while it is still ours: a claim that ran out may be another sender's by now.
END = """
UPDATE deliveries
   SET status = $3, attempts = $4, ended_at = $5, last_error = $6, content = NULL, claim = NULL, claimed_until = NULL
 WHERE id = $1 AND claim = $2
"""

EXTEND = "UPDATE deliveries SET claimed_until = $3 WHERE id = $1 AND claim = $2"

PUT_OFF = """
UPDATE deliveries
   SET status = 'waiting', attempts = $3, due_at = $4, last_error = $5, claim = NULL, claimed_until = NULL
 WHERE id = $1 AND claim = $2
"""

RELEASE = """
UPDATE deliveries SET status = 'waiting', claim = NULL, claimed_until = NULL WHERE id = $1 AND claim = $2
"""

LOCK = "SELECT id, application_id, caused_by, template, status FROM deliveries WHERE id = $1 FOR UPDATE"

# Also while it is being sent: the sender then finds that it is no longer its own.
BOUNCE = """
UPDATE deliveries
   SET status = 'bounced', ended_at = $2, last_error = $3, content = NULL, claim = NULL, claimed_until = NULL
 WHERE id = $1
"""

UNCOUNT = "DELETE FROM sendings WHERE claim = $1"

FORGET_SENDINGS = "DELETE FROM sendings WHERE at < $1"

COUNT_UNSENT = f"""
SELECT CASE WHEN d.application_id IS NOT NULL AND {_HAS_CONTACT} IS NOT TRUE THEN 'no_contact'
            WHEN d.due_at > $2 THEN 'put_off' ELSE 'due' END AS why, count(*) AS count
  FROM deliveries d LEFT JOIN contacts c USING (application_id)
 WHERE d.status IN ('waiting', 'sending') AND d.occurred_at < $1
 GROUP BY why
"""  # noqa: S608

#: Where a rate is not set.
NO_LIMIT = 2**62


async def insert_delivery(conn: Connection, id_: UUID, new: NewDelivery) -> None:
    """Add the delivery, unless this event has already asked for it."""
    about = (new.application_id, new.caused_by, new.template, new.recipient, new.occurred_at)
    await conn.execute(INSERT_DELIVERY, id_, *about, dict(new.content), new.traceparent, new.contact_sequence)


async def has_later(conn: Connection, application_id: UUID, template: str, at: datetime) -> bool:
    """Whether there is, or was, a delivery of this template because of something after this moment."""
    return await conn.fetchrow(HAS_LATER, application_id, template, at) is not None


async def drop_untrue(
    conn: Connection, now: datetime, waiting_since: datetime, today: date, application_id: UUID | None = None
) -> int:
    """End what must not be sent any more, of this application or of all, but what a sender holds; returns how many.

    No contact is waited for of what was erased before `waiting_since`.
    """
    return int((await conn.execute(DROP_UNTRUE, now, today, waiting_since, application_id)).split()[-1])


async def claim_next(
    conn: Connection, claim: UUID, now: datetime, until: datetime, pace: Pace, today: date
) -> Delivery | None:
    """The oldest delivery that is due, true on this day and within `pace`, held until `until`; what other senders hold is
    passed over."""
    await conn.execute(LOCK_PACE)
    rates = (*_since(pace.domain, now), *_since(pace.together, now))
    row = await conn.fetchrow(CLAIM, claim, now, until, *rates, today)
    return Delivery(**row) if row else None


def _since(rate: Rate | None, now: datetime) -> tuple[datetime, int]:
    return (now - timedelta(seconds=rate.seconds), rate.count) if rate else (now, NO_LIMIT)


async def extend_claim(conn: Connection, delivery: Delivery, until: datetime) -> bool:
    """False where the delivery is no longer ours."""
    return await _changed(conn, EXTEND, delivery, until)


async def mark_sent(conn: Connection, delivery: Delivery, now: datetime) -> bool:
    """False where the delivery is no longer ours."""
    return await _changed(conn, END, delivery, "sent", delivery.attempts + 1, now, None)


async def mark_failed(conn: Connection, delivery: Delivery, now: datetime, error: str) -> bool:
    """False where the delivery is no longer ours. `error` must hold no address."""
    return await _changed(conn, END, delivery, "failed", delivery.attempts + 1, now, error)


async def put_off(conn: Connection, delivery: Delivery, due_at: datetime, error: str) -> bool:
    """This attempt counts; the next is made at `due_at`. False where the delivery is no longer ours.

    `error` must hold no address.
    """
    return await _changed(conn, PUT_OFF, delivery, delivery.attempts + 1, due_at, error)


async def release(conn: Connection, delivery: Delivery) -> None:
    """As if it had never been claimed."""
    await _changed(conn, RELEASE, delivery)
    await conn.execute(UNCOUNT, delivery.claim)


async def lock_delivery(conn: Connection, id_: UUID) -> Returned | None:
    row = await conn.fetchrow(LOCK, id_)
    return Returned(**row) if row else None


async def mark_bounced(conn: Connection, id_: UUID, now: datetime, error: str) -> None:
    """`error` must hold no address."""
    await conn.execute(BOUNCE, id_, now, error)


async def forget_sendings(conn: Connection, before: datetime) -> None:
    """Drop the counts that no rate asks for any more."""
    await conn.execute(FORGET_SENDINGS, before)


async def count_unsent(conn: Connection, since: datetime, now: datetime) -> dict[str, int]:
    """How many messages have waited since before `since`, by what they wait for."""
    found = {row["why"]: row["count"] for row in await conn.fetch(COUNT_UNSENT, since, now)}
    return {why: found.get(why, 0) for why in ("no_contact", "put_off", "due")}


async def _changed(conn: Connection, statement: str, delivery: Delivery, *values: object) -> bool:
    return bool(await conn.execute(statement, delivery.id, delivery.claim, *values) == "UPDATE 1")
