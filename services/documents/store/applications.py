"""How applications stand, as far as heard."""

from datetime import date
from uuid import UUID

from chassis.connection import Connection
from services.documents.model.retention import Standing

MAKE_APPLICATION = """
INSERT INTO applications (id, round, outcome, decided_at, delete_on) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""

LOCKED_APPLICATION = "SELECT round, outcome, decided_at FROM applications WHERE id = $1 FOR UPDATE"

SET_APPLICATION = "UPDATE applications SET round = $2, outcome = $3, decided_at = $4, delete_on = $5 WHERE id = $1"


async def make_application(conn: Connection, id_: UUID, standing: Standing, delete_on: date | None) -> bool:
    """False where the application is known already."""
    made = await conn.fetchval(MAKE_APPLICATION, id_, standing.round, standing.outcome, standing.decided_at, delete_on)
    return made is not None


async def lock_application(conn: Connection, id_: UUID) -> Standing:
    """How the application stands, locked until the transaction ends."""
    [row] = await conn.fetch(LOCKED_APPLICATION, id_)
    return Standing(row["round"], row["outcome"], row["decided_at"])


async def set_application(conn: Connection, id_: UUID, standing: Standing, delete_on: date | None) -> None:
    await conn.execute(SET_APPLICATION, id_, standing.round, standing.outcome, standing.decided_at, delete_on)
