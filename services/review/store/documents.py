"""What is known of the documents: as the application names them, and as documents itself says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.connection import Connection
from services.review.model import Application

# What documents itself said about size stays; the warnings of both are one set.
NAME = """
INSERT INTO documents AS d
       (application_id, id, type, side, width, height, warnings, shows_current_address, round, position,
        mask)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (application_id, id) DO UPDATE
   SET width = CASE WHEN d.bytes IS NULL THEN excluded.width ELSE d.width END,
       height = CASE WHEN d.bytes IS NULL THEN excluded.height ELSE d.height END,
       type = excluded.type, side = excluded.side,
       warnings = ARRAY(SELECT DISTINCT unnest(d.warnings || excluded.warnings) AS w ORDER BY w),
       shows_current_address = excluded.shows_current_address, round = excluded.round, position = excluded.position,
       mask = CASE WHEN d.mask = 'done' THEN d.mask ELSE coalesce(excluded.mask, d.mask) END
"""

STORED = """
INSERT INTO documents AS d (application_id, id, type, side, width, height, warnings, bytes, mask)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (application_id, id) DO UPDATE
   SET width = excluded.width, height = excluded.height, bytes = excluded.bytes,
       mask = CASE WHEN d.mask = 'done' THEN d.mask ELSE excluded.mask END,
       warnings = ARRAY(SELECT DISTINCT unnest(d.warnings || excluded.warnings) AS w ORDER BY w)
"""

OF_ROUND = """
SELECT d.id, d.type, d.side, d.width, d.height, d.warnings, d.shows_current_address, d.bytes,
       CASE WHEN f.masked_at IS NOT NULL THEN 'done' ELSE d.mask END AS mask, f.deleted_at, f.deleted_because
  FROM documents d LEFT JOIN document_fates f USING (application_id, id)
 WHERE d.application_id = $1 AND d.round = $2 ORDER BY d.position
"""

# Of several tellings of the same the first one counts, in whatever order they come.
MASKED = """
INSERT INTO document_fates AS f (application_id, id, masked_at) VALUES ($1, $2, $3)
ON CONFLICT (application_id, id) DO UPDATE SET masked_at = least(f.masked_at, excluded.masked_at)
"""

DELETED = """
INSERT INTO document_fates AS f (application_id, id, deleted_at, deleted_because) VALUES ($1, $2, $3, $4)
ON CONFLICT (application_id, id) DO UPDATE
   SET deleted_at = excluded.deleted_at, deleted_because = excluded.deleted_because WHERE f.deleted_at IS NULL
"""


@dataclass(frozen=True)
class Known:
    """A document of one round."""

    id: UUID
    type: str
    side: str
    width: int
    height: int
    warnings: tuple[str, ...]
    shows_current_address: bool | None
    bytes: int | None
    mask: str | None
    deleted_at: datetime | None = None
    deleted_because: str | None = None


async def name(conn: Connection, applications: Iterable[Application]) -> None:
    """These are the applications' documents in their rounds."""
    await conn.executemany(
        NAME,
        [
            (
                application.id,
                document.id,
                document.type,
                document.side,
                document.width,
                document.height,
                sorted(set(document.warnings)),
                document.shows_current_address,
                application.round,
                position,
                document.mask,
            )
            for application in applications
            for position, document in enumerate(application.documents)
        ],
    )


async def stored(conn: Connection, application_id: UUID, known: Known) -> None:
    """What documents said of one image, before or after the application names it."""
    await conn.execute(
        STORED,
        application_id,
        known.id,
        known.type,
        known.side,
        known.width,
        known.height,
        sorted(set(known.warnings)),
        known.bytes,
        known.mask,
    )


async def masked(conn: Connection, application_id: UUID, id_: UUID, at: datetime) -> None:
    """Somebody covered what must be covered, or found nothing."""
    await conn.execute(MASKED, application_id, id_, at)


async def deleted(conn: Connection, application_id: UUID, id_: UUID, at: datetime, why: str) -> None:
    """The image is gone."""
    await conn.execute(DELETED, application_id, id_, at, why)


async def of_round(conn: Connection, application_id: UUID, round_: int) -> list[Known]:
    rows = await conn.fetch(OF_ROUND, application_id, round_)
    return [Known(**{**row, "warnings": tuple(row["warnings"])}) for row in rows]
