"""Documents: where each is, what opens it, when it goes."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from services.documents.model.document import Document, Kept

INSERT_DOCUMENT = """
INSERT INTO documents (id, application, type, side, width, height, bytes, warnings, mask, stored_at,
                       folder, key_name, fingerprint, mark, reach)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""

DOCUMENT_COLUMNS = """
SELECT id, application, type, side, width, height, bytes, warnings, mask, stored_at,
       folder, wrapped_key, key_name, fingerprint, mark, reach, deleted_at
  FROM documents
"""

DOCUMENT = DOCUMENT_COLUMNS + " WHERE id = $1"

LOCKED_DOCUMENT = DOCUMENT + " FOR UPDATE"

FORGET_DOCUMENT = """
UPDATE documents SET deleted_at = $2, deleted_because = $3, deleted_by = $4,
       folder = NULL, wrapped_key = NULL, key_name = NULL, fingerprint = NULL, mark = NULL
 WHERE id = $1
"""

REPLACE_DOCUMENT = """
UPDATE documents SET width = $2, height = $3, bytes = $4, mask = $5,
       folder = $6, wrapped_key = NULL, key_name = $7, fingerprint = $8, mark = $9
 WHERE id = $1
"""

SET_MASK = "UPDATE documents SET mask = $2 WHERE id = $1"

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
TO_REWRAP = (
    DOCUMENT_COLUMNS
    + """
 WHERE deleted_at IS NULL AND key_name <> $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
"""
)

TO_MOVE = DOCUMENT_COLUMNS + " WHERE wrapped_key IS NOT NULL AND id > $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED"

REWRAPPED = "UPDATE documents SET wrapped_key = NULL, key_name = $2 WHERE id = $1"

# Who stores a document shares the lock of whoever retires a master key, so that one of them comes first.
SHARE_KEYS = "SELECT pg_advisory_xact_lock_shared(hashtext('master keys'))"
LOCK_KEYS = "SELECT pg_advisory_xact_lock(hashtext('master keys'))"
IS_RETIRED = "SELECT EXISTS (SELECT FROM retired_keys WHERE name = $1)"
RETIRE = "INSERT INTO retired_keys (name, retired_at) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING"

LIVING_FOLDERS = "SELECT folder FROM documents WHERE folder = ANY($1::text[])"

MASTER_KEYS_IN_USE = "SELECT DISTINCT key_name FROM documents WHERE key_name IS NOT NULL"


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
        kept.key_name,
        kept.fingerprint,
        kept.mark,
        document.reach,
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
        kept.key_name,
        kept.fingerprint,
        kept.mark,
    )


async def set_mask(conn: Connection, id_: UUID, mask: str) -> None:
    await conn.execute(SET_MASK, id_, mask)


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


async def lock_to_rewrap(conn: Connection, newest: str, after: UUID, limit: int) -> list[Document]:
    """Documents behind `after` whose master key is not `newest`, locked."""
    return [_kept_document(row) for row in await conn.fetch(TO_REWRAP, newest, after, limit)]


async def lock_to_move(conn: Connection, after: UUID, limit: int) -> list[Document]:
    """Documents behind `after` whose key is still in the database, locked."""
    return [_kept_document(row) for row in await conn.fetch(TO_MOVE, after, limit)]


async def rewrapped(conn: Connection, id_: UUID, key_name: str) -> None:
    """The key lies beside the images, wrapped by this master key."""
    await conn.execute(REWRAPPED, id_, key_name)


async def may_store(conn: Connection, key_name: str) -> bool:
    """False where this master key is retired; else it stays what it is until the transaction ends."""
    await conn.execute(SHARE_KEYS)
    return not await conn.fetchval(IS_RETIRED, key_name)


async def retire(conn: Connection, names: Collection[str], now: datetime) -> None:
    """From the end of this transaction on nothing is stored that one of these master keys sealed."""
    await conn.execute(LOCK_KEYS)
    await conn.execute(RETIRE, list(names), now)


async def living_folders(conn: Connection, folders: Collection[str]) -> set[str]:
    """Those of the folders that belong to a document."""
    return {row["folder"] for row in await conn.fetch(LIVING_FOLDERS, list(folders))}


async def master_keys_in_use(conn: Connection) -> set[str]:
    return {row["key_name"] for row in await conn.fetch(MASTER_KEYS_IN_USE)}


def _document(row: asyncpg.Record | None) -> Document | None:
    return _kept_document(row) if row else None


def _kept_document(row: asyncpg.Record) -> Document:
    kept = None
    if row["folder"] is not None:
        kept = Kept(row["folder"], row["key_name"], row["fingerprint"], row["mark"] or b"", row["wrapped_key"])
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
        reach=row["reach"],
        deleted_at=row["deleted_at"],
    )
