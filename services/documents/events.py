"""What documents says."""

from chassis.events import NewEvent
from services.documents.model.document import Document, describe


def document_stored(document: Document) -> NewEvent:
    """Said once for each image; the subject is the application."""
    return NewEvent("document.stored.v1", document.application, describe(document))
