"""The SQL of documents."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from chassis.service_tokens import Grant
from services.documents.model.document import Document, Kept
from services.documents.model.retention import Standing

INSERT_DOCUMENT = """
INSERT INTO documents (id, application, type, side, width, height, bytes, warnings, mask, stored_at,
                       folder, wrapped_key, key_name, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""

DOCUMENT = """
SELECT id, application, type, side, width, height, bytes, warnings, mask, stored_at,
       folder, wrapped_key, key_name, fingerprint, deleted_at
  FROM documents WHERE id = $1
"""

LOCKED_DOCUMENT = DOCUMENT + " FOR UPDATE"

FORGET_DOCUMENT = """
UPDATE documents SET deleted_at = $2, deleted_because = $3, deleted_by = $4,
       folder = NULL, wrapped_key = NULL, key_name = NULL, fingerprint = NULL
 WHERE id = $1
"""

REPLACE_DOCUMENT = """
UPDATE documents SET width = $2, height = $3, bytes = $4, mask = $5,
       folder = $6, wrapped_key = $7, key_name = $8, fingerprint = $9
 WHERE id = $1
"""

INSERT_MASK = """
INSERT INTO masks (masked_at, caller, actor, document, application, boxes) VALUES ($1, $2, $3, $4, $5, $6)
"""

# Nobody heard of a submission: then the time counts from the upload.
DUE_DOCUMENTS = """
SELECT d.id, coalesce(a.outcome, 'unfinished') AS why
  FROM documents d LEFT JOIN applications a ON a.id = d.application
 WHERE d.deleted_at IS NULL AND (a.delete_on <= $1 OR a.id IS NULL AND d.stored_at < $2)
 ORDER BY a.delete_on, d.id LIMIT $3
   FOR UPDATE OF d SKIP LOCKED
"""

DELETIONS = """
SELECT id, application, type, side, stored_at, deleted_at, deleted_because, deleted_by
  FROM documents WHERE deleted_at IS NOT NULL AND ($1::timestamptz IS NULL OR deleted_at >= $1) ORDER BY deleted_at, id
"""

KEPT = """
SELECT d.stored_at, a.outcome, a.delete_on
  FROM documents d LEFT JOIN applications a ON a.id = d.application WHERE d.deleted_at IS NULL
"""

# In the order of ids, so that a rotation that was stopped goes on where it was.
KEYS_TO_REWRAP = """
SELECT id, wrapped_key, key_name FROM documents
 WHERE deleted_at IS NULL AND key_name <> $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
"""

REWRAP = "UPDATE documents SET wrapped_key = $2, key_name = $3 WHERE id = $1"

LIVING_FOLDERS = "SELECT folder FROM documents WHERE folder = ANY($1::text[])"

MASTER_KEYS_IN_USE = "SELECT DISTINCT key_name FROM documents WHERE key_name IS NOT NULL"

MAKE_APPLICATION = """
INSERT INTO applications (id, round, outcome, decided_at, delete_on) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""

LOCKED_APPLICATION = "SELECT round, outcome, decided_at FROM applications WHERE id = $1 FOR UPDATE"

SET_APPLICATION = "UPDATE applications SET round = $2, outcome = $3, decided_at = $4, delete_on = $5 WHERE id = $1"

INSERT_READ = """
INSERT INTO reads (read_at, caller, actor, document, application, rendition) VALUES ($1, $2, $3, $4, $5, $6)
"""

PRUNE_READS = """
DELETE FROM reads WHERE id IN (SELECT id FROM reads WHERE read_at < $1 ORDER BY read_at LIMIT 1000)
"""

PRUNE_MASKS = """
DELETE FROM masks WHERE id IN (SELECT id FROM masks WHERE masked_at < $1 ORDER BY masked_at LIMIT 1000)
"""

REMEMBER_USED = "INSERT INTO used_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id"

PRUNE_TOKENS = """
DELETE FROM used_tokens WHERE id IN (SELECT id FROM used_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)
"""


async def insert_document(conn: Connection, document: Document) -> bool:
    """False where the id is taken."""
    kept = document.kept
    assert kept is not None
    inserted = await conn.fetchval(
        INSERT_DOCUMENT,
        document.id,
        document.application,
        document.type,
        document.side,
        document.width,
        document.height,
        document.bytes,
        list(document.warnings),
        document.mask,
        document.stored_at,
        kept.folder,
        kept.wrapped_key,
        kept.key_name,
        kept.fingerprint,
    )
    return inserted is not None


async def find_document(conn: Connection, id_: UUID) -> Document | None:
    """The document, deleted ones included."""
    return _document(await conn.fetchrow(DOCUMENT, id_))


async def lock_document(conn: Connection, id_: UUID) -> Document | None:
    """The same, locked until the transaction ends."""
    return _document(await conn.fetchrow(LOCKED_DOCUMENT, id_))


async def forget_document(conn: Connection, id_: UUID, now: datetime, why: str, actor: str | None) -> None:
    """Destroy the key and all that leads to the picture; the row stays to say that it was here, and why it went."""
    await conn.execute(FORGET_DOCUMENT, id_, now, why, actor)


async def replace_document(conn: Connection, document: Document) -> None:
    """Another picture, under another key, in the place of the one that was here."""
    kept = document.kept
    assert kept is not None
    await conn.execute(
        REPLACE_DOCUMENT,
        document.id,
        document.width,
        document.height,
        document.bytes,
        document.mask,
        kept.folder,
        kept.wrapped_key,
        kept.key_name,
        kept.fingerprint,
    )


async def insert_mask(conn: Connection, grant: Grant, boxes: int, now: datetime) -> None:
    await conn.execute(INSERT_MASK, now, grant.caller, grant.actor, grant.resource, grant.owner, boxes)


async def due_documents(
    conn: Connection, today: date, unfinished_before: datetime, limit: int
) -> list[tuple[UUID, str]]:
    """Documents whose day has come and why, locked; those that another replica is deleting are left out."""
    return [(row["id"], row["why"]) for row in await conn.fetch(DUE_DOCUMENTS, today, unfinished_before, limit)]


async def deletions(conn: Connection, since: datetime | None) -> list[asyncpg.Record]:
    """Every deleted document, the earliest first."""
    return list(await conn.fetch(DELETIONS, since))


async def kept(conn: Connection) -> list[asyncpg.Record]:
    """When each kept document was stored, and how its application stands (null where nothing was heard)."""
    return list(await conn.fetch(KEPT))


async def lock_keys(conn: Connection, newest: str, after: UUID, limit: int) -> list[tuple[UUID, bytes, str]]:
    """(document, wrapped key, name of the master key) of documents behind `after` whose master key is not `newest`."""
    rows = await conn.fetch(KEYS_TO_REWRAP, newest, after, limit)
    return [(row["id"], row["wrapped_key"], row["key_name"]) for row in rows]


async def rewrap(conn: Connection, id_: UUID, wrapped_key: bytes, key_name: str) -> None:
    await conn.execute(REWRAP, id_, wrapped_key, key_name)


async def living_folders(conn: Connection, folders: Collection[str]) -> set[str]:
    """Those of the folders that belong to a document."""
    return {row["folder"] for row in await conn.fetch(LIVING_FOLDERS, list(folders))}


async def master_keys_in_use(conn: Connection) -> set[str]:
    return {row["key_name"] for row in await conn.fetch(MASTER_KEYS_IN_USE)}


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


async def insert_read(conn: Connection, grant: Grant, rendition: str, now: datetime) -> None:
    await conn.execute(INSERT_READ, now, grant.caller, grant.actor, grant.resource, grant.owner, rendition)


async def prune_reads(conn: Connection, before: datetime) -> int:
    """Delete up to 1,000 old rows. Returns how many."""
    return _count(await conn.execute(PRUNE_READS, before))


async def prune_masks(conn: Connection, before: datetime) -> int:
    """Delete up to 1,000 old rows. Returns how many."""
    return _count(await conn.execute(PRUNE_MASKS, before))


async def use_token(conn: Connection, grant: Grant) -> bool:
    """False where the token was used before."""
    return await conn.fetchval(REMEMBER_USED, grant.id, grant.expires_at) is not None


async def prune_tokens(conn: Connection, now: datetime) -> int:
    """Delete up to 1,000 expired ids. Returns how many."""
    return _count(await conn.execute(PRUNE_TOKENS, now))


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


def _document(row: asyncpg.Record | None) -> Document | None:
    if row is None:
        return None
    kept = None
    if row["folder"] is not None:
        kept = Kept(row["folder"], row["wrapped_key"], row["key_name"], row["fingerprint"])
    return Document(
        id=row["id"],
        application=row["application"],
        type=row["type"],
        side=row["side"],
        width=row["width"],
        height=row["height"],
        bytes=row["bytes"],
        warnings=tuple(row["warnings"]),
        mask=row["mask"],
        stored_at=row["stored_at"],
        kept=kept,
        deleted_at=row["deleted_at"],
    )
