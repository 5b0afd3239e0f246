"""Images of identity documents: never kept here, only passed on, and every look at one is written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import Invalid, NotFound
from services.review.documents_client import RENDITIONS
from services.review.model import CORRECT, Case, Decided, Decision, Reason, Staff, judging
from services.review.model.masks import Box, faults_of
from services.review.store import audit, cases, documents
from services.review.use_cases.context import Review
from services.review.use_cases.decisions import check_turn, decide

#: The policy's reason for asking again.
INDIVIDUAL_NUMBER = "individual_number_visible"


async def read_rendition(review: Review, case_id: UUID, document_id: UUID, rendition: str, staff: Staff) -> bytes:
    """The rendition (`reading`, `screen` or `thumbnail`), image/jpeg.

    Raises NotFound (also for a document of another case, and for an unknown rendition) and Unavailable.
    """
    async with review.db.connection() as conn:
        case = await cases.find(conn, case_id, review.now())
        if case is None or rendition not in RENDITIONS:
            raise NotFound
        known = await documents.of_round(conn, case.application_id, case.round)
    if document_id not in {document.id for document in known if document.deleted_at is None}:
        raise NotFound
    image = await review.documents.rendition(document_id, case.application_id, rendition, staff.id)
    # Written before it is shown: no look without its row.
    async with review.db.transaction() as tx:
        detail = {"rendition": rendition}
        await audit.insert(tx.conn, review.now(), staff.id, "document_viewed", case_id, document_id, detail)
    return image


async def mask_document(review: Review, case_id: UUID, document_id: UUID, boxes: Sequence[Box], staff: Staff) -> None:
    """Cover the boxes for good; without any: there is nothing (more) to cover. Only who has the case may.

    Raises NotFound, Conflict (`wrong_state`, `not_claimed`, `changed`), Invalid (one error for each wrong box) and
    Unavailable: nothing is then done, or documents did it and its event tells.
    """
    if faults := faults_of(boxes):
        raise Invalid(faults)
    async with review.db.connection() as conn:
        case, _ = await _in_hand(review, conn, case_id, document_id, staff)
    await review.documents.mask(document_id, case.application_id, boxes, staff.id)
    now = review.now()
    async with review.db.transaction() as tx:
        await documents.masked(tx.conn, case.application_id, document_id, now)
        detail = {"boxes": len(boxes)}
        await audit.insert(tx.conn, now, staff.id, "document_masked", case_id, document_id, detail)


async def destroy_document(review: Review, case_id: UUID, document_id: UUID, version: int, staff: Staff) -> Decided:
    """It shows an individual number: destroy it at once, and ask the applicant for another picture.

    Raises NotFound, Conflict (`wrong_state`, `not_claimed`, `stale_version`), Invalid (where the policy has no such
    reason), Unavailable: nothing is then done. Where only the request fails afterwards the image is gone all the same.
    """
    reason = Reason(f"document:{document_id}", INDIVIDUAL_NUMBER)
    decision = Decision(version, CORRECT, (reason,))
    async with review.db.connection() as conn:
        case, known = await _in_hand(review, conn, case_id, document_id, staff)
    check_turn(case, staff, version)
    if faults := judging.faults_of(review.policy, decision, {known.id}, ()):
        raise Invalid(faults)
    await review.documents.destroy(document_id, case.application_id, "individual_number", staff.id)
    now = review.now()
    async with review.db.transaction() as tx:
        await documents.deleted(tx.conn, case.application_id, document_id, now, "individual_number")
        await audit.insert(tx.conn, now, staff.id, "document_destroyed", case_id, document_id, {})
    return await decide(review, case_id, staff, decision)


async def _in_hand(
    review: Review, conn: Connection, case_id: UUID, document_id: UUID, staff: Staff
) -> tuple[Case, documents.Known]:
    """The case, which is this staff member's to work on, and its document, which still exists."""
    case = await cases.find(conn, case_id, review.now())
    if case is None:
        raise NotFound
    known = {each.id: each for each in await documents.of_round(conn, case.application_id, case.round)}
    if document_id not in known or known[document_id].deleted_at:
        raise NotFound
    check_turn(case, staff, case.version)
    return case, known[document_id]


async def hear_masked(tx: Transaction, application_id: UUID, document_id: UUID, at: datetime) -> None:
    """Somebody saw to what must be covered, here or elsewhere."""
    await documents.masked(tx.conn, application_id, document_id, at)


async def hear_deleted(tx: Transaction, application_id: UUID, document_id: UUID, at: datetime, why: str) -> None:
    """The image is gone: the case shows since when."""
    await documents.deleted(tx.conn, application_id, document_id, at, why)


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
