"""Drafts and idempotency keys: what stands between a form and its application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection

SAVE_DRAFT = """
INSERT INTO drafts (token_hash, form, password_hash, saved_at, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (token_hash) DO UPDATE SET form = excluded.form, password_hash = excluded.password_hash,
       saved_at = excluded.saved_at, expires_at = excluded.expires_at
"""
DRAFT = "SELECT * FROM drafts WHERE token_hash = $1 AND expires_at > $2"
LOCK_DRAFT = "SELECT * FROM drafts WHERE token_hash = $1 AND expires_at > $2 FOR UPDATE"
DRAFT_REGISTERED = """
UPDATE drafts SET application_id = $2, form = '{}', password_hash = NULL WHERE token_hash = $1
"""
FORGET_DRAFT = "DELETE FROM drafts WHERE token_hash = $1 AND application_id IS NULL"
PRUNE_DRAFTS = "DELETE FROM drafts WHERE expires_at < $1"

CLAIM_KEY = """
INSERT INTO idempotency_keys AS k (key_hash, body_hash, created_at, run) VALUES ($1, $2, $3, $4)
ON CONFLICT (key_hash) DO UPDATE SET body_hash = excluded.body_hash, created_at = excluded.created_at,
       run = excluded.run, application_id = NULL
 WHERE k.created_at < $5 OR (k.application_id IS NULL AND k.body_hash = excluded.body_hash AND k.created_at < $6)
RETURNING run
"""
KEY = "SELECT body_hash, application_id FROM idempotency_keys WHERE key_hash = $1 AND created_at >= $2"
FINISH_KEY = """
UPDATE idempotency_keys SET application_id = $3 WHERE key_hash = $1 AND run = $2 AND application_id IS NULL
RETURNING run
"""
RELEASE_KEY = "DELETE FROM idempotency_keys WHERE key_hash = $1 AND run = $2 AND application_id IS NULL"
PRUNE_KEYS = "DELETE FROM idempotency_keys WHERE created_at < $1"


@dataclass(frozen=True)
class DraftRow:
    form: Mapping[str, str]
    password_hash: str | None
    expires_at: datetime
    application_id: UUID | None


@dataclass(frozen=True)
class KeyRow:
    body_hash: bytes
    application_id: UUID | None


async def save_draft(
    conn: Connection,
    token_hash: bytes,
    form: Mapping[str, str],
    password_hash: str | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    await conn.execute(SAVE_DRAFT, token_hash, dict(form), password_hash, now, expires_at)


async def find_draft(conn: Connection, token_hash: bytes, now: datetime) -> DraftRow | None:
    return _draft(await conn.fetchrow(DRAFT, token_hash, now))


async def lock_draft(conn: Connection, token_hash: bytes, now: datetime) -> DraftRow | None:
    """The draft, locked until the transaction ends."""
    return _draft(await conn.fetchrow(LOCK_DRAFT, token_hash, now))


async def draft_registered(conn: Connection, token_hash: bytes, application_id: UUID) -> None:
    """What was typed is the application's now: the draft keeps nothing of it."""
    await conn.execute(DRAFT_REGISTERED, token_hash, application_id)


async def forget_draft(conn: Connection, token_hash: bytes) -> None:
    """One that is registered stays until it expires: it holds nothing but the name of its application."""
    await conn.execute(FORGET_DRAFT, token_hash)


async def prune_drafts(conn: Connection, now: datetime) -> None:
    await conn.execute(PRUNE_DRAFTS, now)


async def claim_key(
    conn: Connection, key_hash: bytes, body_hash: bytes, run: UUID, now: datetime, expired: datetime, stuck: datetime
) -> bool:
    """Take the key for this run. False where it is taken: by another body, a finished or a running request.

    A key older than `expired` is free again; a run of the same body older than `stuck` has crashed.
    """
    return await conn.fetchval(CLAIM_KEY, key_hash, body_hash, now, run, expired, stuck) is not None


async def find_key(conn: Connection, key_hash: bytes, expired: datetime) -> KeyRow | None:
    row = await conn.fetchrow(KEY, key_hash, expired)
    return KeyRow(row["body_hash"], row["application_id"]) if row else None


async def finish_key(conn: Connection, key_hash: bytes, run: UUID, application_id: UUID) -> bool:
    """Note the result. False where another run has taken over."""
    return await conn.fetchval(FINISH_KEY, key_hash, run, application_id) is not None


async def release_key(conn: Connection, key_hash: bytes, run: UUID) -> None:
    """This run made nothing: the key may be tried again at once."""
    await conn.execute(RELEASE_KEY, key_hash, run)


async def prune_keys(conn: Connection, before: datetime) -> None:
    await conn.execute(PRUNE_KEYS, before)


def _draft(row: asyncpg.Record | None) -> DraftRow | None:
    return DraftRow(row["form"], row["password_hash"], row["expires_at"], row["application_id"]) if row else None
