"""Images that were refused, and those that are sent again: known by their marks, never by their bytes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.connection import Connection
from services.documents.model.document import Upload

REMEMBER = """
INSERT INTO refusals (application, mark, code, refused_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""

BEFORE = "SELECT code FROM refusals WHERE application = $1 AND mark = ANY($2::bytea[]) ORDER BY refused_at DESC LIMIT 1"

# Only what is sent after a submission can be the answer to staff who asked for a better picture.
SUBMITTED = """
SELECT EXISTS (SELECT FROM documents d JOIN applications a ON a.id = d.application
                WHERE d.application = $1 AND d.deleted_at IS NULL AND d.type = $2 AND d.side = $3 AND d.mark = ANY($4::bytea[]))
"""

FORGET = "DELETE FROM refusals WHERE application = $1"

PRUNE = """
DELETE FROM refusals WHERE (application, mark) IN
       (SELECT application, mark FROM refusals WHERE refused_at < $1 ORDER BY refused_at LIMIT 1000)
"""


async def remember_refusal(conn: Connection, application: UUID, mark: bytes, code: str, now: datetime) -> None:
    await conn.execute(REMEMBER, application, mark, code, now)


async def refused_before(conn: Connection, application: UUID, marks: Sequence[bytes]) -> str | None:
    """Why this very file was refused, as a code, or None."""
    code: str | None = await conn.fetchval(BEFORE, application, marks)
    return code


async def was_submitted(conn: Connection, upload: Upload, marks: Sequence[bytes]) -> bool:
    """Whether this very file stands for this side of an application that was submitted already."""
    found: bool = await conn.fetchval(SUBMITTED, upload.application, upload.type, upload.side, marks)
    return found


async def forget_refusals(conn: Connection, application: UUID) -> None:
    await conn.execute(FORGET, application)


async def prune_refusals(conn: Connection, before: datetime) -> int:
    """Delete up to 1,000 old rows. Returns how many."""
    return int((await conn.execute(PRUNE, before)).rpartition(" ")[2])
