"""Applications and their timeline."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from rules.understanding import Understood
from services.intake.model.applications import Applicant, Application, Mail, Reason, Registration, TimelineEntry

INSERT = """
INSERT INTO applications (id, receipt_number, status, kind, language, filled_by, fields, fields_received, email_key,
                          password_hash, consent_version, consented_at, received_at, expiry_notice)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (receipt_number) DO NOTHING
RETURNING id
"""

SELECT = "SELECT * FROM applications WHERE id = $1"
LOCK = "SELECT * FROM applications WHERE id = $1 FOR UPDATE"
FIND = "SELECT * FROM applications WHERE (id = $1 OR receipt_number = $2) AND status <> 'erased'"

SAVE = """
UPDATE applications
   SET status = $2, version = $3, round = $4, fields = $5, email_proven_at = $6, submitted_at = $7, expected_on = $8,
       policy_version = $9, outcomes = $10, withdrawal_requested_at = $11, ended_at = $12, corrections = $13,
       corrected = $14, correct_by = $15, rejection = $16, rejection_note = $17, registration_id = $18,
       registration_version = $19, card_number = $20, card_expires_on = $21
 WHERE id = $1
"""

RECEIVED = """
SELECT kind, coalesce(language_received, language) AS language, filled_by, fields_received AS fields,
       coalesce(expiry_notice_received, expiry_notice) AS expiry_notice
  FROM applications WHERE id = $1
"""
WAITING = "SELECT count(*) FROM applications WHERE status = 'submitted' AND id IS DISTINCT FROM $1"

TELL = "INSERT INTO timeline (application_id, what, round, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
TIMELINE = "SELECT what, at FROM timeline WHERE application_id = $1 ORDER BY at, round, what"

#: A mail that was sent stays so, whatever is told late of its delays; one that came back has failed.
KEEP_MAIL = """
INSERT INTO mails AS m (application_id, caused_by, template, state, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (application_id, caused_by, template) DO UPDATE SET state = excluded.state, at = excluded.at
 WHERE array_position(ARRAY['delayed', 'sent', 'failed'], excluded.state)
     > array_position(ARRAY['delayed', 'sent', 'failed'], m.state)
    OR (excluded.state = m.state AND excluded.at < m.at)
"""

MAILS = "SELECT template, state, at FROM mails WHERE application_id = $1 ORDER BY at, template"


async def insert_application(conn: Connection, application: Application, email_key: str) -> bool:
    """Write a new application. False where its receipt number is taken: try another."""
    applicant = application.applicant
    written = await conn.fetchval(
        INSERT,
        application.id,
        application.receipt_number,
        application.status,
        applicant.kind,
        applicant.language,
        applicant.filled_by,
        fields_json(applicant.values),
        email_key,
        application.password_hash,
        application.consent_version,
        application.consented_at,
        application.received_at,
        applicant.expiry_notice,
    )
    return written is not None


async def find_application(conn: Connection, id_: UUID) -> Application | None:
    row = await conn.fetchrow(SELECT, id_)
    return _application(row) if row else None


async def lock_application(conn: Connection, id_: UUID) -> Application | None:
    """The application, locked until the transaction ends."""
    row = await conn.fetchrow(LOCK, id_)
    return _application(row) if row else None


async def find_by_id_or_number(conn: Connection, id_: UUID | None, receipt_number: str | None) -> Application | None:
    row = await conn.fetchrow(FIND, id_, receipt_number)
    return _application(row) if row else None


async def save_application(conn: Connection, application: Application) -> None:
    """Write all that can change of an application whose row is locked."""
    registration = application.registration
    await conn.execute(
        SAVE,
        application.id,
        application.status,
        application.version,
        application.round,
        fields_json(application.applicant.values),
        application.email_proven_at,
        application.submitted_at,
        application.expected_on,
        application.policy_version,
        dict(application.outcomes) if application.outcomes is not None else None,
        application.withdrawal_requested_at,
        application.ended_at,
        _reasons_json(application.corrections),
        sorted(application.corrected),
        application.correct_by,
        _reasons_json(application.rejection),
        application.rejection_note,
        registration.id if registration else None,
        registration.version if registration else None,
        registration.card_number if registration else None,
        registration.expires_on if registration else None,
    )


async def applicant_received(conn: Connection, id_: UUID) -> Applicant | None:
    """The applicant as first received."""
    row = await conn.fetchrow(RECEIVED, id_)
    return _applicant(row) if row else None


async def waiting_besides(conn: Connection, id_: UUID | None) -> int:
    """How many other applications wait for a decision; None: how many in all."""
    return int(await conn.fetchval(WAITING, id_))


async def tell(conn: Connection, id_: UUID, what: str, round_: int, at: datetime) -> None:
    """Add to the timeline; the same of the same round only once."""
    await conn.execute(TELL, id_, what, round_, at)


async def timeline_of(conn: Connection, id_: UUID) -> tuple[TimelineEntry, ...]:
    return tuple(TimelineEntry(row["at"], row["what"]) for row in await conn.fetch(TIMELINE, id_))


async def keep_mail(conn: Connection, id_: UUID, caused_by: UUID, mail: Mail) -> None:
    """Note what became of a mail; in whatever order it is told, the result is the same."""
    await conn.execute(KEEP_MAIL, id_, caused_by, mail.template, mail.state, mail.at)


async def mails_of(conn: Connection, id_: UUID) -> tuple[Mail, ...]:
    return tuple(Mail(row["template"], row["state"], row["at"]) for row in await conn.fetch(MAILS, id_))


def _application(row: asyncpg.Record) -> Application:
    return Application(
        id=row["id"],
        receipt_number=row["receipt_number"],
        status=row["status"],
        version=row["version"],
        round=row["round"],
        applicant=_applicant(row),
        password_hash=row["password_hash"],
        email_proven_at=row["email_proven_at"],
        consent_version=row["consent_version"],
        consented_at=row["consented_at"],
        received_at=row["received_at"],
        submitted_at=row["submitted_at"],
        expected_on=row["expected_on"],
        policy_version=row["policy_version"],
        outcomes=row["outcomes"],
        withdrawal_requested_at=row["withdrawal_requested_at"],
        ended_at=row["ended_at"],
        corrections=_reasons(row["corrections"]),
        corrected=frozenset(row["corrected"]),
        correct_by=row["correct_by"],
        rejection=_reasons(row["rejection"]),
        rejection_note=row["rejection_note"],
        registration=_registration(
            row["registration_id"], row["registration_version"], row["card_number"], row["card_expires_on"]
        ),
        contact_sequence=row["contact_sequence"],
        handed=fields_of(row["fields_handed"]) if row["fields_handed"] is not None else None,
        missed={
            field: fields_of({field: value})[field] if value else None for field, value in row["fields_missed"].items()
        },
    )


def _applicant(row: asyncpg.Record) -> Applicant:
    return Applicant(
        row["kind"], row["language"], row["filled_by"], fields_of(row["fields"]), expiry_notice=row["expiry_notice"]
    )


def _registration(id_: UUID | None, version: int, card_number: str, expires_on: date) -> Registration | None:
    return Registration(id_, version, card_number, expires_on) if id_ else None


def fields_json(values: Mapping[str, Understood]) -> dict[str, dict[str, str]]:
    """Fields as they are kept."""
    return {
        field: {"raw": value.raw, "display": value.display, "match_key": value.match_key}
        for field, value in values.items()
    }


def fields_of(stored: Mapping[str, Mapping[str, str]]) -> dict[str, Understood]:
    """What `fields_json` kept."""
    return {field: Understood(value["raw"], value["display"], value["match_key"]) for field, value in stored.items()}


def _reasons_json(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [{"item": reason.item, "code": reason.code, "note": reason.note} for reason in reasons]


def _reasons(stored: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(entry["item"], entry["code"], entry["note"]) for entry in stored)
