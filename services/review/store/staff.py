"""Staff accounts and their sessions."""

from datetime import datetime
from uuid import UUID

from chassis.connection import Connection
from services.review.model import Staff

UPSERT = """
INSERT INTO staff (id, username, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (username) DO UPDATE SET password_hash = excluded.password_hash, role = excluded.role
RETURNING id, username, role
"""

BY_USERNAME = "SELECT id, username, role, password_hash FROM staff WHERE username = $1"

INSERT_SESSION = "INSERT INTO sessions (token_hash, staff_id, created_at, seen_at) VALUES ($1, $2, $3, $3)"

SEE_SESSION = """
UPDATE sessions s SET seen_at = $2
  FROM staff
 WHERE s.token_hash = $1 AND s.seen_at > $3 AND s.created_at > $4 AND staff.id = s.staff_id
RETURNING staff.id, staff.username, staff.role
"""

DELETE_SESSION = "DELETE FROM sessions WHERE token_hash = $1 RETURNING staff_id"

DELETE_SESSIONS_OF = "DELETE FROM sessions WHERE staff_id = $1"

DELETE_OLD_SESSIONS = "DELETE FROM sessions WHERE seen_at <= $1 OR created_at <= $2"


async def upsert(conn: Connection, id_: UUID, username: str, password_hash: str, role: str, now: datetime) -> Staff:
    """The account of this name, made or given this password and role."""
    [row] = await conn.fetch(UPSERT, id_, username, password_hash, role, now)
    return Staff(**row)


async def find(conn: Connection, username: str) -> tuple[Staff, str] | None:
    """The account and its password hash."""
    row = await conn.fetchrow(BY_USERNAME, username)
    return (Staff(row["id"], row["username"], row["role"]), row["password_hash"]) if row else None


async def insert_session(conn: Connection, token_hash: bytes, staff_id: UUID, now: datetime) -> None:
    await conn.execute(INSERT_SESSION, token_hash, staff_id, now)


async def see_session(
    conn: Connection, token_hash: bytes, now: datetime, seen_after: datetime, made_after: datetime
) -> Staff | None:
    """Whose session this is, if it was used after `seen_after` and made after `made_after`; it counts as used now."""
    row = await conn.fetchrow(SEE_SESSION, token_hash, now, seen_after, made_after)
    return Staff(**row) if row else None


async def delete_session(conn: Connection, token_hash: bytes) -> UUID | None:
    """Whose session ended, if there was one."""
    staff_id: UUID | None = await conn.fetchval(DELETE_SESSION, token_hash)
    return staff_id


async def delete_sessions_of(conn: Connection, staff_id: UUID) -> None:
    await conn.execute(DELETE_SESSIONS_OF, staff_id)


async def delete_old_sessions(conn: Connection, seen_before: datetime, made_before: datetime) -> None:
    await conn.execute(DELETE_OLD_SESSIONS, seen_before, made_before)
