"""What opens an application: proofs in mailed links, sessions, attempts to sign in, requests for a link."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.connection import Connection

INSERT_PROOF = "INSERT INTO proofs (proof_hash, application_id, created_at, expires_at) VALUES ($1, $2, $3, $4)"
PROOFS_SINCE = "SELECT created_at FROM proofs WHERE application_id = $1 AND created_at > $2 ORDER BY created_at DESC"
USE_PROOF = """
UPDATE proofs SET used_at = coalesce(used_at, $3) WHERE proof_hash = $1 AND application_id = $2 AND expires_at > $3
RETURNING application_id
"""
PRUNE_PROOFS = "DELETE FROM proofs WHERE expires_at < $1 AND created_at < $2"

INSERT_SESSION = "INSERT INTO sessions (token_hash, application_id, created_at, used_at) VALUES ($1, $2, $3, $3)"
SESSION = """
SELECT s.application_id, s.used_at, s.created_at, a.version, a.receipt_number
  FROM sessions s JOIN applications a ON a.id = s.application_id
 WHERE s.token_hash = $1 AND s.used_at > $2 AND s.created_at > $3
"""
TOUCH_SESSION = "UPDATE sessions SET used_at = $2 WHERE token_hash = $1"
END_SESSION = "DELETE FROM sessions WHERE token_hash = $1"
PRUNE_SESSIONS = "DELETE FROM sessions WHERE used_at < $1 OR created_at < $2"

#: Attempts at one subject are counted one after another, so that a burst cannot slip past the limit.
LOCK_SUBJECT = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"
ATTEMPTS_SINCE = "SELECT count(*) FROM sign_in_attempts WHERE subject = $1 AND at > $2"
INSERT_ATTEMPT = "INSERT INTO sign_in_attempts (subject, at) VALUES ($1, $2)"
FORGET_ATTEMPTS = "DELETE FROM sign_in_attempts WHERE subject = $1"
PRUNE_ATTEMPTS = "DELETE FROM sign_in_attempts WHERE at < $1"

INSERT_LINK_REQUEST = """
INSERT INTO link_requests (id, purpose, email, application, requested_at) VALUES ($1, $2, $3, $4, $5)
"""
TAKE_LINK_REQUEST = """
DELETE FROM link_requests WHERE id = (SELECT id FROM link_requests ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING purpose, email, application
"""


@dataclass(frozen=True)
class LinkRequest:
    """`purpose`: continue or reset_password; the rest as typed."""

    purpose: str
    email: str
    application: str


@dataclass(frozen=True)
class SessionRow:
    """A session, when it was last noted as used and when it began, and the application that it opens as it is now."""

    application_id: UUID
    used_at: datetime
    created_at: datetime
    version: int
    receipt_number: str


async def insert_proof(
    conn: Connection, proof_hash: bytes, application_id: UUID, now: datetime, expires_at: datetime
) -> None:
    await conn.execute(INSERT_PROOF, proof_hash, application_id, now, expires_at)


async def proofs_since(conn: Connection, application_id: UUID, since: datetime) -> list[datetime]:
    """When links were made for the application after this time, the newest first."""
    return [row["created_at"] for row in await conn.fetch(PROOFS_SINCE, application_id, since)]


async def use_proof(conn: Connection, proof_hash: bytes, application_id: UUID, now: datetime) -> bool:
    """Whether the proof is this application's and good; it is noted as used."""
    return await conn.fetchval(USE_PROOF, proof_hash, application_id, now) is not None


async def prune_proofs(conn: Connection, now: datetime, created_before: datetime) -> None:
    await conn.execute(PRUNE_PROOFS, now, created_before)


async def insert_session(conn: Connection, token_hash: bytes, application_id: UUID, now: datetime) -> None:
    await conn.execute(INSERT_SESSION, token_hash, application_id, now)


async def find_session(
    conn: Connection, token_hash: bytes, used_after: datetime, created_after: datetime
) -> SessionRow | None:
    """The session; None where there is none or it has ended."""
    row = await conn.fetchrow(SESSION, token_hash, used_after, created_after)
    return SessionRow(*row) if row else None


async def touch_session(conn: Connection, token_hash: bytes, now: datetime) -> None:
    await conn.execute(TOUCH_SESSION, token_hash, now)


async def end_session(conn: Connection, token_hash: bytes) -> None:
    await conn.execute(END_SESSION, token_hash)


async def prune_sessions(conn: Connection, used_before: datetime, created_before: datetime) -> None:
    await conn.execute(PRUNE_SESSIONS, used_before, created_before)


async def count_attempt(conn: Connection, subject: bytes, now: datetime, since: datetime, limit: int) -> bool:
    """Note one more attempt. False, and nothing noted, where there were `limit` already."""
    await conn.execute(LOCK_SUBJECT, subject)
    if await conn.fetchval(ATTEMPTS_SINCE, subject, since) >= limit:
        return False
    await conn.execute(INSERT_ATTEMPT, subject, now)
    return True


async def forget_attempts(conn: Connection, subject: bytes) -> None:
    await conn.execute(FORGET_ATTEMPTS, subject)


async def prune_attempts(conn: Connection, before: datetime) -> None:
    await conn.execute(PRUNE_ATTEMPTS, before)


async def insert_link_request(conn: Connection, id_: UUID, request: LinkRequest, now: datetime) -> None:
    await conn.execute(INSERT_LINK_REQUEST, id_, request.purpose, request.email, request.application, now)


async def take_link_request(conn: Connection) -> LinkRequest | None:
    """The oldest request that nobody else holds, taken out; it is back if the transaction fails."""
    row = await conn.fetchrow(TAKE_LINK_REQUEST)
    return LinkRequest(row["purpose"], row["email"], row["application"]) if row else None
