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
UPDATE documents SET deleted_at = $2, folder = NULL, wrapped_key = NULL, key_name = NULL, fingerprint = NULL
 WHERE id = $1
"""

DUE_DOCUMENTS = """
SELECT d.id FROM documents d JOIN applications a ON a.id = d.application
 WHERE d.deleted_at IS NULL AND a.delete_on <= $1
 ORDER BY a.delete_on, d.id LIMIT $2
   FOR UPDATE OF d SKIP LOCKED
"""

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


async def forget_document(conn: Connection, id_: UUID, now: datetime) -> None:
    """Destroy the key and all that leads to the picture; the row stays to say that it was here."""
    await conn.execute(FORGET_DOCUMENT, id_, now)


async def due_documents(conn: Connection, today: date, limit: int) -> list[UUID]:
    """Documents whose day has come, locked; those that another replica is deleting are left out."""
    return [row["id"] for row in await conn.fetch(DUE_DOCUMENTS, today, limit)]


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
