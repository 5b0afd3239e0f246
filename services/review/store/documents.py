"""What is known of the documents: as the application names them, and as documents itself says."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.connection import Connection
from services.review.model import NamedDocument

# What documents itself said about size stays; the warnings of both are one set.
NAME = """
INSERT INTO documents AS d
       (application_id, id, type, side, width, height, warnings, shows_current_address, round, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (application_id, id) DO UPDATE
   SET width = CASE WHEN d.bytes IS NULL THEN excluded.width ELSE d.width END,
       height = CASE WHEN d.bytes IS NULL THEN excluded.height ELSE d.height END,
       type = excluded.type, side = excluded.side,
       warnings = ARRAY(SELECT DISTINCT unnest(d.warnings || excluded.warnings) AS w ORDER BY w),
       shows_current_address = excluded.shows_current_address, round = excluded.round, position = excluded.position
"""

STORED = """
INSERT INTO documents AS d (application_id, id, type, side, width, height, warnings, bytes, mask)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (application_id, id) DO UPDATE
   SET width = excluded.width, height = excluded.height, bytes = excluded.bytes, mask = excluded.mask,
       warnings = ARRAY(SELECT DISTINCT unnest(d.warnings || excluded.warnings) AS w ORDER BY w)
"""

OF_ROUND = """
SELECT id, type, side, width, height, warnings, shows_current_address, bytes, mask
  FROM documents WHERE application_id = $1 AND round = $2 ORDER BY position
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


async def name(conn: Connection, application_id: UUID, round_: int, documents: Sequence[NamedDocument]) -> None:
    """These are the application's documents in this round."""
    await conn.executemany(
        NAME,
        [
            (
                application_id,
                document.id,
                document.type,
                document.side,
                document.width,
                document.height,
                sorted(set(document.warnings)),
                document.shows_current_address,
                round_,
                position,
            )
            for position, document in enumerate(documents)
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


async def of_round(conn: Connection, application_id: UUID, round_: int) -> list[Known]:
    rows = await conn.fetch(OF_ROUND, application_id, round_)
    return [Known(**{**row, "warnings": tuple(row["warnings"])}) for row in rows]
