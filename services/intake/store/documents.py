"""Documents, and the deletions that the service documents has still to be told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from services.intake.model.documents import CHOSEN, STORED, Document, StoredImage

INSERT = """
INSERT INTO documents (id, application_id, type, side, shows_current_address, state, round, chosen_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

OF_APPLICATION = "SELECT * FROM documents WHERE application_id = $1 AND state = ANY($2::text[]) ORDER BY chosen_at, id"
AMONG = "SELECT * FROM documents WHERE application_id = $1 AND id = ANY($2::uuid[]) ORDER BY chosen_at, id"
OF_ID = "SELECT * FROM documents WHERE id = $1 AND application_id = $2"

MARK_STORED = """
UPDATE documents SET state = 'stored', width = $2, height = $3, warnings = $4,
       mask = CASE WHEN mask = 'done' THEN mask ELSE $5 END
 WHERE id = $1 AND state = 'chosen'
"""

# Masked once is masked for good, and so is deleted.
MARK_MASKED = """
UPDATE documents SET mask = $3 WHERE id = $1 AND application_id = $2 AND mask <> 'done'
"""

MARK_DELETED = """
UPDATE documents SET deleted_at = $3 WHERE id = $1 AND application_id = $2 AND deleted_at IS NULL
"""

MARK_REMOVED = "UPDATE documents SET state = 'removed' WHERE id = ANY($1::uuid[])"

UNANSWERED = """
SELECT * FROM documents WHERE state = 'chosen' AND chosen_at < $1 ORDER BY chosen_at LIMIT 100 FOR UPDATE SKIP LOCKED
"""

SCHEDULE_DELETION = """
INSERT INTO deletions (document_id, application_id, not_before) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""

CLAIM_DELETIONS = """
UPDATE deletions SET attempts = attempts + 1, not_before = $2
 WHERE document_id IN (SELECT document_id FROM deletions WHERE not_before <= $1 ORDER BY not_before LIMIT 20
                          FOR UPDATE SKIP LOCKED)
RETURNING document_id, application_id
"""

DELETION_DONE = "DELETE FROM deletions WHERE document_id = $1"


async def insert_document(conn: Connection, document: Document) -> None:
    await conn.execute(
        INSERT,
        document.id,
        document.application_id,
        document.type,
        document.side,
        document.shows_current_address,
        document.state,
        document.round,
        document.chosen_at,
    )


async def stored_documents(conn: Connection, application_id: UUID) -> tuple[Document, ...]:
    """The documents that count, the oldest first."""
    return tuple(_document(row) for row in await conn.fetch(OF_APPLICATION, application_id, [STORED]))


async def held_documents(conn: Connection, application_id: UUID) -> tuple[Document, ...]:
    """The documents that count, and those whose upload has not ended."""
    return tuple(_document(row) for row in await conn.fetch(OF_APPLICATION, application_id, [CHOSEN, STORED]))


async def documents_among(conn: Connection, application_id: UUID, ids: Sequence[UUID]) -> tuple[Document, ...]:
    """Those of the application with these ids, whatever became of them."""
    return tuple(_document(row) for row in await conn.fetch(AMONG, application_id, list(ids)))


async def find_document(conn: Connection, id_: UUID, application_id: UUID) -> Document | None:
    row = await conn.fetchrow(OF_ID, id_, application_id)
    return _document(row) if row else None


async def mark_stored(conn: Connection, id_: UUID, image: StoredImage) -> None:
    await conn.execute(MARK_STORED, id_, image.width, image.height, list(image.warnings), image.mask)


async def mark_masked(conn: Connection, id_: UUID, application_id: UUID, mask: str) -> None:
    await conn.execute(MARK_MASKED, id_, application_id, mask)


async def mark_deleted(conn: Connection, id_: UUID, application_id: UUID, at: datetime) -> None:
    await conn.execute(MARK_DELETED, id_, application_id, at)


async def mark_removed(conn: Connection, ids: Sequence[UUID]) -> None:
    await conn.execute(MARK_REMOVED, list(ids))


async def lock_unanswered(conn: Connection, before: datetime) -> list[Document]:
    """Documents chosen before this time of which nothing was heard since, locked."""
    return [_document(row) for row in await conn.fetch(UNANSWERED, before)]


async def schedule_deletion(conn: Connection, document: Document, at: datetime) -> None:
    await conn.execute(SCHEDULE_DELETION, document.id, document.application_id, at)


async def claim_deletions(conn: Connection, now: datetime, again_at: datetime) -> list[tuple[UUID, UUID]]:
    """(document, application) of deletions that are due; they are due again at `again_at` unless done."""
    rows = await conn.fetch(CLAIM_DELETIONS, now, again_at)
    return [(row["document_id"], row["application_id"]) for row in rows]


async def deletion_done(conn: Connection, document_id: UUID) -> None:
    await conn.execute(DELETION_DONE, document_id)


def _document(row: asyncpg.Record) -> Document:
    return Document(
        id=row["id"],
        application_id=row["application_id"],
        type=row["type"],
        side=row["side"],
        shows_current_address=row["shows_current_address"],
        state=row["state"],
        round=row["round"],
        chosen_at=row["chosen_at"],
        width=row["width"],
        height=row["height"],
        warnings=tuple(row["warnings"]),
        mask=row["mask"],
        deleted_at=row["deleted_at"],
    )
