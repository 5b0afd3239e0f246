"""Everything that is kept about one applicant, table by table, but for what would open the application: hashes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.connection import Connection

APPLICATION = """
SELECT id, receipt_number, status, kind, language, language_received, expiry_notice, expiry_notice_received, filled_by,
       version, round, fields, fields_received, fields_handed, fields_missed, email_key AS email_compared,
       email_proven_at, consent_version, consented_at, received_at, submitted_at, expected_on, policy_version, outcomes,
       withdrawal_requested_at, ended_at, corrections, corrected, correct_by, rejection, rejection_note,
       registration_id, registration_version, card_number, card_expires_on
  FROM applications WHERE id = $1
"""

PARTS = {
    "documents": """
SELECT id, type, side, shows_current_address, state, round, chosen_at AS sent_at, width, height, warnings, mask,
       deleted_at FROM documents WHERE application_id = $1 ORDER BY chosen_at, id""",
    "timeline": "SELECT what, round, at FROM timeline WHERE application_id = $1 ORDER BY at, round, what",
    "mails": "SELECT template, caused_by, state, at FROM mails WHERE application_id = $1 ORDER BY at, template",
    "amendments": """
SELECT version, round, at, changed, fields_before FROM amendments WHERE application_id = $1 ORDER BY version""",
    "reminders": "SELECT round, day, said_at FROM reminders WHERE application_id = $1 ORDER BY said_at",
    "sessions": "SELECT created_at AS signed_in_at, used_at FROM sessions WHERE application_id = $1 ORDER BY created_at",
    "proofs": "SELECT created_at, expires_at, used_at FROM proofs WHERE application_id = $1 ORDER BY created_at",
    "password_resets": """
SELECT created_at, expires_at, used_at FROM password_resets WHERE application_id = $1 ORDER BY created_at""",
    "drafts": "SELECT version, form, saved_at, expires_at FROM drafts WHERE application_id = $1 ORDER BY saved_at",
}


async def held_about(conn: Connection, id_: UUID) -> Mapping[str, Any] | None:
    """`application` and, by the names of their tables, the rows that belong to it; None where there is none."""
    row = await conn.fetchrow(APPLICATION, id_)
    if row is None:
        return None
    parts = {name: [dict(each) for each in await conn.fetch(select, id_)] for name, select in PARTS.items()}
    return {"application": dict(row), **parts}
