"""What was heard of withdrawals, also before the case that they are about."""

from uuid import UUID

from chassis.connection import Connection

REMEMBER = """
INSERT INTO withdrawals (application_id, kind, round) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""

FIND = "SELECT kind, round FROM withdrawals WHERE application_id = $1"


async def remember(conn: Connection, application_id: UUID, kind: str, round_: int) -> None:
    await conn.execute(REMEMBER, application_id, kind, round_)


async def find(conn: Connection, application_id: UUID) -> set[tuple[str, int]]:
    """What was heard of withdrawals: their kinds and rounds."""
    return {(row["kind"], row["round"]) for row in await conn.fetch(FIND, application_id)}
