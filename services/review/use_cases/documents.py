"""Images of identity documents: never kept here, only passed on, and every look at one is written down."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import NotFound
from services.review.documents_client import RENDITIONS
from services.review.model import Staff
from services.review.store import audit, cases, documents
from services.review.use_cases.context import Review


async def read_rendition(review: Review, case_id: UUID, document_id: UUID, rendition: str, staff: Staff) -> bytes:
    """The rendition (`reading`, `screen` or `thumbnail`), image/jpeg.

    Raises NotFound (also for a document of another case, and for an unknown rendition) and Unavailable.
    """
    async with review.db.connection() as conn:
        case = await cases.find(conn, case_id, review.now())
        if case is None or rendition not in RENDITIONS:
            raise NotFound
        known = await documents.of_round(conn, case.application_id, case.round)
    if document_id not in {document.id for document in known}:
        raise NotFound
    image = await review.documents.rendition(document_id, case.application_id, rendition, staff.id)
    # Written before it is shown: no look without its row.
    async with review.db.transaction() as tx:
        detail = {"rendition": rendition}
        await audit.insert(tx.conn, review.now(), staff.id, "document_viewed", case_id, document_id, detail)
    return image


async def hear_stored(review: Review, tx: Transaction, application_id: UUID, data: Mapping[str, Any]) -> None:
    """What documents itself says of an image, before or after the application names it."""
    known = documents.Known(
        id=UUID(data["id"]),
        type=data["type"],
        side=data["side"],
        width=data["width"],
        height=data["height"],
        warnings=tuple(data["warnings"]),
        shows_current_address=None,
        bytes=data["bytes"],
        mask=data["mask"],
    )
    await documents.stored(tx.conn, application_id, known)
