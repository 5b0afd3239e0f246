"""Cases and what may come before them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from chassis.ids import new_id
from rules.understanding import KEYS
from services.review.model import (
    CLAIMED,
    OPEN,
    UNDELIVERED,
    WAITING,
    Applicant,
    Application,
    Case,
    Claim,
    Consent,
    Listed,
)
from services.review.model.applications import applicant_of

#: Everything that may have come before an application was handed over for the first time.
HEARD_OF = """
SELECT application_id FROM cases WHERE application_id = ANY($1::uuid[])
 UNION SELECT application_id FROM withdrawals WHERE application_id = ANY($1::uuid[])
 UNION SELECT application_id FROM amendments WHERE application_id = ANY($1::uuid[])
 UNION SELECT application_id FROM contacts WHERE application_id = ANY($1::uuid[])
 UNION SELECT application_id FROM erasures WHERE application_id = ANY($1::uuid[])
"""

ANY_OPEN = """
SELECT EXISTS (SELECT FROM cases WHERE id = ANY($1::uuid[]) AND status IN ('waiting', 'correction_requested'))
"""

_COLUMNS = """
SELECT c.id, c.application_id, c.receipt_number, c.status, c.decision, c.version, c.kind, c.category, c.language,
       c.round, c.submitted_at, c.waiting_since, c.expected_on, c.claimed_by, c.claimed_until, c.application_version,
       c.contact_version, c.expiry_notice, s.username
"""

FIND = f"{_COLUMNS} FROM cases c LEFT JOIN staff s ON s.id = c.claimed_by WHERE c.id = $1"

FIND_BY_RECEIPT_NUMBER = "SELECT id FROM cases WHERE receipt_number = $1"

LOCK = f"{FIND} FOR UPDATE OF c"

LOCK_BY_APPLICATION = f"""
{_COLUMNS} FROM cases c LEFT JOIN staff s ON s.id = c.claimed_by WHERE c.application_id = $1 FOR UPDATE OF c
"""

PAGE = f"""
{_COLUMNS},
       c.kind <> 'new' AND NOT EXISTS (SELECT FROM registrations r WHERE r.card_number = c.card_number)
           AS card_unknown,
       (SELECT count(*) FROM documents d WHERE d.application_id = c.application_id AND d.round = c.round)
           AS documents,
       EXISTS (SELECT FROM mails m
                WHERE m.application_id = c.application_id AND m.outcome = 'failed' AND m.seen_to_at IS NULL)
           AS mail_undelivered
  FROM cases c LEFT JOIN staff s ON s.id = c.claimed_by
 WHERE ($1::text IS NULL OR c.status = $1)
   AND ($2::boolean IS NULL OR coalesce(c.claimed_until > $3, false) = $2)
   AND (NOT $8 OR c.application_id IN (
           SELECT application_id FROM mails WHERE outcome = 'failed' AND seen_to_at IS NULL))
   AND ($6::uuid IS NULL OR (c.first_round, c.waiting_since, c.id) > ($4::boolean, $5::timestamptz, $6::uuid))
 ORDER BY c.first_round, c.waiting_since, c.id
 LIMIT $7
"""  # noqa: S608

FIND_CONTENT = """
SELECT applicant, outcomes, policy_version, card_number, mended, new_documents, filled_by, consent,
       kind <> 'new' AND NOT EXISTS (SELECT FROM registrations r WHERE r.card_number = c.card_number) AS card_unknown
  FROM cases c WHERE id = $1
"""

INSERT = f"""
INSERT INTO cases (
    id, application_id, receipt_number, status, version, kind, category, language, round, submitted_at, waiting_since,
    expected_on, policy_version, filled_by, consent, applicant, outcomes, card_number,
    name_key, kana_key, birth_date, address_key, phone_key, application_version, contact_version,
    expiry_notice, keys_version)
VALUES (
    $1, $2, $3, 'waiting', 1, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
    $21, $22, {KEYS})
"""  # noqa: S608

RESUBMIT = f"""
UPDATE cases
   SET receipt_number = $2, status = 'waiting', version = version + 1, kind = $3, category = $4, language = $5,
       round = $6, waiting_since = $7, expected_on = $8, policy_version = $9, filled_by = $10, consent = $11,
       applicant = $12, outcomes = $13, card_number = $14, name_key = $15, kana_key = $16, birth_date = $17,
       address_key = $18, phone_key = $19, application_version = $20, contact_version = $20,
       expiry_notice = $21, mended = $22, new_documents = $23, keys_version = {KEYS},
       claimed_by = NULL, claimed_until = NULL
 WHERE id = $1
"""  # noqa: S608

RELEASE_ALL = """
UPDATE cases SET claimed_by = NULL, claimed_until = NULL
 WHERE claimed_by = $1 AND claimed_until > $2 AND status = 'waiting' RETURNING id
"""

SET_CLAIM = "UPDATE cases SET claimed_by = $2, claimed_until = $3 WHERE id = $1"

DECIDE = """
UPDATE cases SET status = $2, decision = $3, version = version + 1, claimed_by = NULL, claimed_until = NULL
 WHERE id = $1 RETURNING version
"""

CLOSE = """
UPDATE cases
   SET status = 'closed', closed_because = $2, version = version + 1, claimed_by = NULL, claimed_until = NULL
 WHERE id = $1
"""


@dataclass(frozen=True)
class Content:
    """What a case says, beside its state."""

    applicant: Applicant
    outcomes: Mapping[str, str]
    policy_version: str
    #: The card to renew, as understood.
    card_number: str | None
    card_unknown: bool
    #: What the applicant mended since the round before: as it was.
    mended: Mapping[str, str | None]
    #: Documents that came with this round, where there was one before.
    new_documents: frozenset[UUID]
    filled_by: str
    consent: Consent


async def any_open(conn: Connection, ids: Collection[UUID]) -> bool:
    """Whether one of these is a case that is not decided yet."""
    return bool(await conn.fetchval(ANY_OPEN, list(ids)))


async def heard_of(conn: Connection, application_ids: Collection[UUID]) -> set[UUID]:
    """Those of them of which there is a case or anything that bears on one."""
    return {row["application_id"] for row in await conn.fetch(HEARD_OF, list(application_ids))}


async def find_by_receipt_number(conn: Connection, receipt_number: str) -> UUID | None:
    """The id of the case with this number."""
    found: UUID | None = await conn.fetchval(FIND_BY_RECEIPT_NUMBER, receipt_number)
    return found


async def find(conn: Connection, case_id: UUID, now: datetime) -> Case | None:
    return _case(await conn.fetchrow(FIND, case_id), now)


async def lock(conn: Connection, case_id: UUID, now: datetime) -> Case | None:
    """The case, which nobody else can change until this transaction ends."""
    return _case(await conn.fetchrow(LOCK, case_id), now)


async def lock_by_application(conn: Connection, application_id: UUID, now: datetime) -> Case | None:
    return _case(await conn.fetchrow(LOCK_BY_APPLICATION, application_id), now)


async def page(
    conn: Connection, status: str | None, after: tuple[bool, datetime, UUID] | None, limit: int, now: datetime
) -> list[Listed]:
    """Up to `limit` cases behind `after` (its first round or not, waiting since, id)."""
    undelivered = status == UNDELIVERED
    stored = WAITING if status in (OPEN, CLAIMED) else None if undelivered else status
    claimed = {WAITING: False, CLAIMED: True}.get(status or "")
    rows = await conn.fetch(PAGE, stored, claimed, now, *(after or (None, None, None)), limit, undelivered)
    return [Listed(_case_of(row, now), row["card_unknown"], row["documents"], row["mail_undelivered"]) for row in rows]


async def content(conn: Connection, case_id: UUID) -> Content:
    row = await conn.fetchrow(FIND_CONTENT, case_id)
    assert row is not None
    return Content(
        applicant_of(row["applicant"]),
        row["outcomes"],
        row["policy_version"],
        row["card_number"],
        row["card_unknown"],
        row["mended"],
        frozenset(row["new_documents"]),
        row["filled_by"],
        Consent(row["consent"]["version"], datetime.fromisoformat(row["consent"]["at"])),
    )


async def insert(conn: Connection, new: Iterable[tuple[Application, str | None]]) -> None:
    """A case for each application; beside it the card to renew, as understood."""
    await conn.executemany(
        INSERT,
        [
            (
                new_id(),
                application.id,
                *_head(application),
                application.round,
                application.submitted_at,
                *_tail(application, card_number),
            )
            for application, card_number in new
        ],
    )


async def resubmit(
    conn: Connection,
    case_id: UUID,
    application: Application,
    card_number: str | None,
    mended: Mapping[str, str | None],
    new_documents: Collection[UUID],
) -> None:
    """The next round: the case waits again, for whoever takes it."""
    await conn.execute(
        RESUBMIT,
        case_id,
        *_head(application),
        application.round,
        application.submitted_at,
        *_tail(application, card_number),
        mended,
        sorted(new_documents),
    )


async def set_claim(conn: Connection, case_id: UUID, staff_id: UUID | None, until: datetime | None) -> None:
    await conn.execute(SET_CLAIM, case_id, staff_id, until)


async def release_all(conn: Connection, staff_id: UUID, now: datetime) -> list[UUID]:
    """End all leases of this staff member; the cases that they had."""
    return [row["id"] for row in await conn.fetch(RELEASE_ALL, staff_id, now)]


async def decide(conn: Connection, case_id: UUID, status: str, decision: str | None) -> int:
    """The case's new version."""
    return int(await conn.fetchval(DECIDE, case_id, status, decision))


async def close(conn: Connection, case_id: UUID, because: str) -> None:
    await conn.execute(CLOSE, case_id, because)


def _head(application: Application) -> tuple[Any, ...]:
    return application.receipt_number, application.kind, application.applicant.category, application.language


def _tail(application: Application, card_number: str | None) -> tuple[Any, ...]:
    person = application.applicant.person
    return (
        application.expected_on,
        application.policy_version,
        application.filled_by,
        application.consent,
        application.applicant_data,
        application.outcomes,
        card_number,
        person.name_key,
        person.kana_key,
        person.birth_date,
        person.address_key,
        person.phone_key,
        application.version,
        application.expiry_notice,
    )


def _case(row: asyncpg.Record | None, now: datetime) -> Case | None:
    return _case_of(row, now) if row else None


def _case_of(row: asyncpg.Record, now: datetime) -> Case:
    claimed = row["status"] == WAITING and row["claimed_until"] is not None and row["claimed_until"] > now
    return Case(
        id=row["id"],
        application_id=row["application_id"],
        receipt_number=row["receipt_number"],
        status=CLAIMED if claimed else row["status"],
        version=row["version"],
        kind=row["kind"],
        category=row["category"],
        language=row["language"],
        round=row["round"],
        submitted_at=row["submitted_at"],
        waiting_since=row["waiting_since"],
        expected_on=row["expected_on"],
        claim=Claim(row["claimed_by"], row["username"], row["claimed_until"]) if claimed else None,
        decision=row["decision"],
        application_version=row["application_version"],
        contact_version=row["contact_version"],
        expiry_notice=row["expiry_notice"],
    )
