"""Drafts and idempotency keys: what stands between a form and its application."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection

SAVE_DRAFT = """
INSERT INTO drafts (id, token_hash, version, form, password_hash, saved_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, form = excluded.form,
       password_hash = excluded.password_hash, saved_at = excluded.saved_at, expires_at = excluded.expires_at
"""
DRAFTS = """
SELECT * FROM drafts WHERE token_hash = $1 AND expires_at > $2 AND ($3::uuid IS NULL OR id = $3)
 ORDER BY saved_at DESC, id DESC LIMIT $4
"""
LOCK_DRAFT = "SELECT * FROM drafts WHERE token_hash = $1 AND id = $2 AND expires_at > $3 FOR UPDATE"
DRAFT_REGISTERED = """
UPDATE drafts SET application_id = $2, form = '{}', password_hash = NULL, saved_at = $3 WHERE id = $1
"""
FORGET_DRAFTS = "DELETE FROM drafts WHERE token_hash = $1 AND application_id IS NULL"
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
    id: UUID
    version: int
    form: Mapping[str, str]
    password_hash: str | None
    saved_at: datetime
    expires_at: datetime
    application_id: UUID | None = None


@dataclass(frozen=True)
class KeyRow:
    body_hash: bytes
    application_id: UUID | None


async def save_draft(conn: Connection, token_hash: bytes, draft: DraftRow) -> None:
    """Write the draft of this browser; one whose row is there must be locked."""
    form, times = dict(draft.form), (draft.saved_at, draft.expires_at)
    await conn.execute(SAVE_DRAFT, draft.id, token_hash, draft.version, form, draft.password_hash, *times)


async def drafts_of(
    conn: Connection, token_hash: bytes, now: datetime, id_: UUID | None = None, most: int = 1
) -> list[DraftRow]:
    """The drafts of this browser, or the one of this id, the latest touched first."""
    return [_draft(row) for row in await conn.fetch(DRAFTS, token_hash, now, id_, most)]


async def lock_draft(conn: Connection, token_hash: bytes, id_: UUID, now: datetime) -> DraftRow | None:
    """The draft of this browser, locked until the transaction ends."""
    row = await conn.fetchrow(LOCK_DRAFT, token_hash, id_, now)
    return _draft(row) if row else None


async def draft_registered(conn: Connection, id_: UUID, application_id: UUID, now: datetime) -> None:
    """What was typed is the application's now: the draft keeps nothing of it."""
    await conn.execute(DRAFT_REGISTERED, id_, application_id, now)


async def forget_drafts(conn: Connection, token_hash: bytes) -> None:
    """Those that are registered stay until they expire: they hold nothing but the name of their application."""
    await conn.execute(FORGET_DRAFTS, token_hash)


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


def _draft(row: asyncpg.Record) -> DraftRow:
    return DraftRow(**{field.name: row[field.name] for field in fields(DraftRow)})
