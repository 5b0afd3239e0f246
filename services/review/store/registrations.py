"""Registrations, and the card numbers that were given out."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from rules.understanding import KEYS
from services.review.model import Registration
from services.review.model.expiry import Notice
from services.review.model.registrations import Cause

_COLUMNS = """
id, application_id, version, status, card_number, name_raw, name, name_key, kana, kana_key, birth_date, postal_code,
address, address_key, phone, phone_key, email, guardian_name, category, expires_on, pickup_branch, hold_contact,
contact_version, expiry_notice, notice_stopped
"""

LOCK_BY_CARD = f"SELECT {_COLUMNS} FROM registrations WHERE card_number = $1 FOR UPDATE"  # noqa: S608

LOCK_BY_IDS = f"SELECT {_COLUMNS} FROM registrations WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"  # noqa: S608

LOCK_BY_APPLICATION = f"SELECT {_COLUMNS} FROM registrations WHERE application_id = $1 FOR UPDATE"  # noqa: S608

FIND_BY_CARD = f"SELECT {_COLUMNS} FROM registrations WHERE card_number = $1"  # noqa: S608

# With another last day everything about it is to be told anew. The one place that writes a registration writes its version.
SAVE = f"""
WITH saved AS (
INSERT INTO registrations ({_COLUMNS}, registered_at, changed_at, keys_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26, $26, {KEYS})
ON CONFLICT (id) DO UPDATE
   SET application_id = excluded.application_id, version = excluded.version, status = excluded.status,
       card_number = excluded.card_number,
       name_raw = excluded.name_raw, name = excluded.name, name_key = excluded.name_key, kana = excluded.kana,
       kana_key = excluded.kana_key, birth_date = excluded.birth_date, postal_code = excluded.postal_code,
       address = excluded.address, address_key = excluded.address_key, phone = excluded.phone,
       phone_key = excluded.phone_key, email = excluded.email, guardian_name = excluded.guardian_name,
       category = excluded.category, expires_on = excluded.expires_on, pickup_branch = excluded.pickup_branch,
       hold_contact = excluded.hold_contact, contact_version = excluded.contact_version,
       expiry_notice = excluded.expiry_notice, notice_stopped = excluded.notice_stopped,
       changed_at = excluded.changed_at, keys_version = excluded.keys_version,
       told_days = CASE WHEN registrations.expires_on = excluded.expires_on THEN registrations.told_days END
RETURNING *)
INSERT INTO registration_versions (registration_id, application_id, version, at, staff_id, because, content)
SELECT id, application_id, version, changed_at, $27, $28, to_jsonb(saved) - 'told_days' - 'keys_version' FROM saved
"""  # noqa: S608

# Whom another replica is telling, or whose registration is just changed, is left for the next time.
LOCK_EXPIRING = f"""
SELECT {_COLUMNS} FROM registrations
 WHERE expiry_notice AND status = 'active' AND expires_on BETWEEN $1 AND $2 AND coalesce(told_days, 2147483647) > $3
 ORDER BY expires_on, coalesce(told_days, 2147483647) LIMIT 1
   FOR UPDATE SKIP LOCKED
"""  # noqa: S608

OF_CASES = """
SELECT id FROM registrations WHERE id = ANY($1::uuid[])
 UNION
SELECT v.registration_id FROM registration_versions v JOIN cases c USING (application_id) WHERE c.id = ANY($1::uuid[])
"""

# Of what is told nothing changes: no version.
MARK_TOLD = "UPDATE registrations SET told_days = $2 WHERE id = $1"

#: Locks the prefix's row until the transaction ends: two approvals cannot get the same serial number.
NEXT_SERIAL = """
INSERT INTO card_counters AS c (prefix, serial) VALUES ($1, $2)
ON CONFLICT (prefix) DO UPDATE SET serial = greatest(c.serial + 1, $2)
RETURNING serial
"""

TAKE_NUMBER = """
INSERT INTO card_numbers (card_number, given_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING card_number
"""

VOID_NUMBER = "UPDATE card_numbers SET void_at = coalesce(void_at, $2) WHERE card_number = $1"
IS_VOID = "SELECT EXISTS (SELECT FROM card_numbers WHERE card_number = $1 AND void_at IS NOT NULL)"


async def find_by_card(conn: Connection, card_number: str) -> Registration | None:
    return _registration(await conn.fetchrow(FIND_BY_CARD, card_number))


async def lock_by_card(conn: Connection, card_number: str) -> Registration | None:
    """The registration with this card, which nobody else can change until this transaction ends."""
    return _registration(await conn.fetchrow(LOCK_BY_CARD, card_number))


async def lock_by_ids(conn: Connection, ids: Collection[UUID]) -> list[Registration]:
    """Those of these that are registrations, likewise."""
    return [Registration(**row) for row in await conn.fetch(LOCK_BY_IDS, list(ids))]


async def lock_by_application(conn: Connection, application_id: UUID) -> Registration | None:
    """The registration whose latest application this is, likewise."""
    return _registration(await conn.fetchrow(LOCK_BY_APPLICATION, application_id))


async def lock_expiring(conn: Connection, notice: Notice) -> Registration | None:
    """One whose person wants to be told, and has been told neither this nor anything nearer."""
    return _registration(await conn.fetchrow(LOCK_EXPIRING, notice.first, notice.last, notice.days))


async def mark_told(conn: Connection, registration_id: UUID, days: int) -> None:
    await conn.execute(MARK_TOLD, registration_id, days)


async def save(conn: Connection, registration: Registration, cause: Cause) -> None:
    """Make it, or make it say this; what it said before stays in its versions."""
    values = asdict(registration)
    columns = (values[name.strip()] for name in _COLUMNS.split(","))
    await conn.execute(SAVE, *columns, cause.at, cause.staff_id, cause.because)


async def of_cases(conn: Connection, ids: Collection[UUID]) -> set[UUID]:
    """The registrations among these ids, and those that the cases among them led to."""
    return {row["id"] for row in await conn.fetch(OF_CASES, list(ids))}


async def next_serial(conn: Connection, prefix: str, first: int) -> int:
    return int(await conn.fetchval(NEXT_SERIAL, prefix, first))


async def take_number(conn: Connection, card_number: str, now: datetime) -> bool:
    """False if it was given out, or seen on a card, before."""
    return await conn.fetchval(TAKE_NUMBER, card_number, now) is not None


async def void_number(conn: Connection, card_number: str, now: datetime) -> None:
    """The card was lost: its number is nobody's for ever."""
    await conn.execute(VOID_NUMBER, card_number, now)


async def is_void(conn: Connection, card_number: str) -> bool:
    """Whether this is the number of a card that was lost and replaced."""
    return bool(await conn.fetchval(IS_VOID, card_number))


def _registration(row: asyncpg.Record | None) -> Registration | None:
    return Registration(**row) if row else None
