"""What documents says."""

from datetime import datetime

from chassis.events import NewEvent
from services.documents.model.document import Document, describe


def document_stored(document: Document) -> NewEvent:
    """Said once for each image; the subject is the application."""
    return NewEvent("document.stored.v1", document.application, describe(document))


def document_masked(document: Document, boxes: int, at: datetime) -> NewEvent:
    """`document` as it is now; no boxes where there was nothing to cover."""
    return NewEvent(
        "document.masked.v1", document.application, {**describe(document), "boxes": boxes, "masked_at": _time(at)}
    )


def document_deleted(document: Document, why: str, at: datetime) -> NewEvent:
    """The proof: what it was, when it went, and why."""
    data = {"id": str(document.id), "type": document.type, "side": document.side, "why": why, "deleted_at": _time(at)}
    return NewEvent("document.deleted.v1", document.application, data)


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
