"""Decisions as kept: with what staff mended, as applied and as registered."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from chassis.ids import new_id
from services.review.model import Amended, PastDecision, Reason, SameAs, Verdict

INSERT = """
INSERT INTO decisions (
    id, case_id, round, decision, decided_at, staff_id, reasons, amendments, verdicts, note, card_number, card_unknown,
    same_as)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""

OF_CASE = """
SELECT d.round, d.decision, d.decided_at, s.username, d.reasons, d.amendments, d.verdicts, d.note, d.card_number,
       d.card_unknown, d.same_as
  FROM decisions d JOIN staff s ON s.id = d.staff_id
 WHERE d.case_id = $1 ORDER BY d.round
"""


# Of each case the last word that it had on $1.
SAID_OF = """
SELECT case_id FROM (
    SELECT DISTINCT ON (d.case_id) d.case_id, v.verdict
      FROM decisions d, jsonb_to_recordset(d.verdicts) AS v (candidate uuid, verdict text)
     WHERE d.verdicts @> jsonb_build_array(jsonb_build_object('candidate', $1::uuid)) AND v.candidate = $1
     ORDER BY d.case_id, d.round DESC) AS last
 WHERE verdict = 'same'
"""


async def insert(conn: Connection, case_id: UUID, staff_id: UUID, made: PastDecision) -> None:
    await conn.execute(
        INSERT,
        new_id(),
        case_id,
        made.round,
        made.decision,
        made.decided_at,
        staff_id,
        [asdict(reason) for reason in made.reasons],
        [asdict(amended) for amended in made.amendments],
        [{"candidate": str(verdict.candidate), "verdict": verdict.verdict} for verdict in made.verdicts],
        made.note,
        made.card_number,
        made.card_unknown,
        {"registration": str(made.same_as.registration), "as": made.same_as.kind} if made.same_as else None,
    )


async def of_case(conn: Connection, case_id: UUID) -> tuple[PastDecision, ...]:
    """Oldest first."""
    return tuple(_decision(row) for row in await conn.fetch(OF_CASE, case_id))


async def said_to_be_same(conn: Connection, case_id: UUID) -> set[UUID]:
    """The cases whose staff said that this one is of the same person."""
    return {row["case_id"] for row in await conn.fetch(SAID_OF, case_id)}


def _decision(row: asyncpg.Record | Mapping[str, Any]) -> PastDecision:
    return PastDecision(
        decision=row["decision"],
        round=row["round"],
        decided_at=row["decided_at"],
        username=row["username"],
        reasons=tuple(Reason(**reason) for reason in row["reasons"]),
        amendments=tuple(Amended(**amended) for amended in row["amendments"]),
        verdicts=tuple(Verdict(UUID(verdict["candidate"]), verdict["verdict"]) for verdict in row["verdicts"]),
        note=row["note"],
        card_number=row["card_number"],
        card_unknown=row["card_unknown"],
        same_as=SameAs(UUID(row["same_as"]["registration"]), row["same_as"]["as"]) if row["same_as"] else None,
    )
