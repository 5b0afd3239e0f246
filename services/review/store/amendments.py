"""What applicants changed while they waited for the decision."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.connection import Connection
from rules.understanding import KEYS
from services.review.model.applications import applicant_of
from services.review.model.changes import Amendment

KEEP = """
INSERT INTO amendments AS a (application_id, round, version, amended_at, policy_version, changes, outcomes)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (application_id, round) DO UPDATE
   SET version = excluded.version, amended_at = excluded.amended_at, policy_version = excluded.policy_version,
       changes = excluded.changes, outcomes = excluded.outcomes
 WHERE excluded.version > a.version
"""

OF_ROUND = "SELECT * FROM amendments WHERE application_id = $1 AND round = $2"

APPLICANT = "SELECT applicant FROM cases WHERE id = $1"

AMEND = f"""
UPDATE cases
   SET version = version + 1, application_version = $2, policy_version = $3, outcomes = $4, applicant = $5, category = $6,
       card_number = $7, name_key = $8, kana_key = $9, birth_date = $10, address_key = $11, phone_key = $12,
       keys_version = {KEYS}
 WHERE id = $1
"""  # noqa: S608


async def keep(conn: Connection, application_id: UUID, amendment: Amendment) -> None:
    """Of the changes of a round the newest say all; older ones are passed over."""
    await conn.execute(
        KEEP,
        application_id,
        amendment.round,
        amendment.version,
        amendment.at,
        amendment.policy_version,
        amendment.changes,
        amendment.outcomes,
    )


async def of_round(conn: Connection, application_id: UUID, round_: int) -> Amendment | None:
    row = await conn.fetchrow(OF_ROUND, application_id, round_)
    if row is None:
        return None
    return Amendment(
        row["round"], row["version"], row["amended_at"], row["policy_version"], row["changes"], row["outcomes"]
    )


async def applicant_data(conn: Connection, case_id: UUID) -> Mapping[str, Any]:
    """The applicant as heard."""
    data: Mapping[str, Any] = await conn.fetchval(APPLICANT, case_id)
    return data


async def amend(
    conn: Connection, case_id: UUID, amendment: Amendment, data: Mapping[str, Any], card_number: str | None
) -> None:
    """The case says this of the applicant from now on; whoever has read the version before must read again."""
    applicant = applicant_of(data)
    person = applicant.person
    await conn.execute(
        AMEND,
        case_id,
        amendment.version,
        amendment.policy_version,
        amendment.outcomes,
        data,
        applicant.category,
        card_number,
        person.name_key,
        person.kana_key,
        person.birth_date,
        person.address_key,
        person.phone_key,
    )
