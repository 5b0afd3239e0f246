"""Decisions as kept: with what staff mended, as applied and as registered."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from chassis.ids import new_id
from services.review.model import Amended, PastDecision, Reason, Verdict

INSERT = """
INSERT INTO decisions (
    id, case_id, round, decision, decided_at, staff_id, reasons, amendments, verdicts, note, card_number, card_unknown)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

OF_CASE = """
SELECT d.round, d.decision, d.decided_at, s.username, d.reasons, d.amendments, d.verdicts, d.note, d.card_number,
       d.card_unknown
  FROM decisions d JOIN staff s ON s.id = d.staff_id
 WHERE d.case_id = $1 ORDER BY d.round
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
    )


async def of_case(conn: Connection, case_id: UUID) -> tuple[PastDecision, ...]:
    """Oldest first."""
    return tuple(_decision(row) for row in await conn.fetch(OF_CASE, case_id))


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
    )
