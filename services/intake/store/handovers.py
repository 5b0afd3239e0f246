"""Handovers: the token of the link, and the session that it opened."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from services.intake.model.handovers import Handover

#: A new link ends what an earlier one opened.
PUT = """
INSERT INTO handovers (application_id, token_hash, created_at) VALUES ($1, $2, $3)
ON CONFLICT (application_id) DO UPDATE
   SET token_hash = $2, created_at = $3, session_hash = NULL, opened_at = NULL, ended_at = NULL
"""
IS_WAITING = "SELECT FROM handovers WHERE token_hash = $1 AND opened_at IS NULL AND created_at > $2"
OPEN = """
UPDATE handovers SET session_hash = $2, opened_at = $3 WHERE token_hash = $1 AND opened_at IS NULL AND created_at > $4
RETURNING application_id
"""
OF_SESSION = "SELECT * FROM handovers WHERE session_hash = $1 AND opened_at > $2 AND ended_at IS NULL"
OF_APPLICATION = "SELECT * FROM handovers WHERE application_id = $1"
END = "UPDATE handovers SET ended_at = $2 WHERE session_hash = $1 AND ended_at IS NULL"
FORGET = "DELETE FROM handovers WHERE application_id = $1"
PRUNE = "DELETE FROM handovers WHERE created_at < $1"


async def put_handover(conn: Connection, application_id: UUID, token_hash: bytes, now: datetime) -> None:
    await conn.execute(PUT, application_id, token_hash, now)


async def is_waiting(conn: Connection, token_hash: bytes, created_after: datetime) -> bool:
    return await conn.fetchrow(IS_WAITING, token_hash, created_after) is not None


async def open_handover(
    conn: Connection, token_hash: bytes, session_hash: bytes, now: datetime, created_after: datetime
) -> bool:
    """True once for each link, and in time."""
    return await conn.fetchval(OPEN, token_hash, session_hash, now, created_after) is not None


async def handover_of_session(conn: Connection, session_hash: bytes, opened_after: datetime) -> Handover | None:
    return _handover(await conn.fetchrow(OF_SESSION, session_hash, opened_after))


async def handover_of(conn: Connection, application_id: UUID) -> Handover | None:
    return _handover(await conn.fetchrow(OF_APPLICATION, application_id))


async def end_handover(conn: Connection, session_hash: bytes, now: datetime) -> None:
    await conn.execute(END, session_hash, now)


async def forget_handover(conn: Connection, application_id: UUID) -> None:
    await conn.execute(FORGET, application_id)


async def prune_handovers(conn: Connection, created_before: datetime) -> None:
    await conn.execute(PRUNE, created_before)


def _handover(row: asyncpg.Record | None) -> Handover | None:
    return (
        Handover(row["application_id"], row["created_at"], row["opened_at"], row["ended_at"])
        if row is not None
        else None
    )
