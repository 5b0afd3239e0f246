"""New passwords: the tokens of the mailed links, and what a new password ends."""

from datetime import datetime
from uuid import UUID

from chassis.connection import Connection

NEWEST_OF_EMAIL = "SELECT id FROM applications WHERE email_key = $1 ORDER BY id DESC LIMIT $2"

INSERT = """
INSERT INTO password_resets (token_hash, application_id, created_at, expires_at) VALUES ($1, $2, $3, $4)
"""
SINCE = "SELECT count(*) FROM password_resets WHERE application_id = $1 AND created_at > $2"
IS_GOOD = """
SELECT FROM password_resets
 WHERE token_hash = $1 AND application_id = $2 AND used_at IS NULL AND expires_at > $3
"""
#: One use ends every link that was mailed before.
END_ALL = "UPDATE password_resets SET used_at = $2 WHERE application_id = $1 AND used_at IS NULL"
PRUNE = "DELETE FROM password_resets WHERE created_at < $1"

SET_PASSWORD = "UPDATE applications SET password_hash = $2 WHERE id = $1"  # noqa: S105
END_SESSIONS = "DELETE FROM sessions WHERE application_id = $1"


async def newest_of_email(conn: Connection, email_key: str, limit: int) -> list[UUID]:
    """The newest applications with this e-mail address."""
    return [row["id"] for row in await conn.fetch(NEWEST_OF_EMAIL, email_key, limit)]


async def insert_password_reset(
    conn: Connection, token_hash: bytes, application_id: UUID, now: datetime, expires_at: datetime
) -> None:
    await conn.execute(INSERT, token_hash, application_id, now, expires_at)


async def password_resets_since(conn: Connection, application_id: UUID, since: datetime) -> int:
    """How many such links were made for the application after this time."""
    return int(await conn.fetchval(SINCE, application_id, since))


async def is_password_reset(conn: Connection, token_hash: bytes, application_id: UUID, now: datetime) -> bool:
    """Whether the token is this application's, unused and in time."""
    return await conn.fetchrow(IS_GOOD, token_hash, application_id, now) is not None


async def end_password_resets(conn: Connection, application_id: UUID, now: datetime) -> None:
    """No link that was mailed before sets a password any more."""
    await conn.execute(END_ALL, application_id, now)


async def prune_password_resets(conn: Connection, created_before: datetime) -> None:
    await conn.execute(PRUNE, created_before)


async def set_password(conn: Connection, application_id: UUID, password_hash: str) -> None:
    """The password of an application whose row is locked; all its sessions end."""
    await conn.execute(SET_PASSWORD, application_id, password_hash)
    await conn.execute(END_SESSIONS, application_id)
