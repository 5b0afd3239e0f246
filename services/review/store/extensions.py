"""Deadlines of corrections, and where staff moved them."""

from datetime import date, datetime
from uuid import UUID

from chassis.connection import Connection
from chassis.ids import new_id
from services.review.model.extensions import Extension

SET_DEADLINE = "UPDATE cases SET correct_by = $2 WHERE id = $1"
DEADLINE = "SELECT correct_by FROM cases WHERE id = $1"
INSERT = """
INSERT INTO extensions (id, case_id, round, correct_by, reason, staff_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
OF_CASE = """
SELECT e.round, e.correct_by, e.reason, s.username, e.at
  FROM extensions e JOIN staff s ON s.id = e.staff_id WHERE e.case_id = $1 ORDER BY e.at, e.id
"""


async def set_deadline(conn: Connection, case_id: UUID, correct_by: date) -> None:
    await conn.execute(SET_DEADLINE, case_id, correct_by)


async def deadline(conn: Connection, case_id: UUID) -> date | None:
    """The last day of the correction; None where none was kept."""
    found: date | None = await conn.fetchval(DEADLINE, case_id)
    return found


async def insert(
    conn: Connection, case_id: UUID, round_: int, correct_by: date, reason: str, staff_id: UUID, at: datetime
) -> None:
    await conn.execute(INSERT, new_id(), case_id, round_, correct_by, reason, staff_id, at)


async def of_case(conn: Connection, case_id: UUID) -> tuple[Extension, ...]:
    """Oldest first."""
    return tuple(Extension(**row) for row in await conn.fetch(OF_CASE, case_id))
