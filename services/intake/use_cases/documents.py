"""Identity documents: their bytes go straight through to documents, what they prove stays here."""

from collections.abc import AsyncIterator
from uuid import UUID

from services.intake.model.documents import Document
from services.intake.use_cases.context import Intake


async def store_document(
    intake: Intake,
    application_id: UUID,
    type: str,
    side: str,
    shows_current_address: bool | None,
    body: AsyncIterator[bytes],
    content_length: int | None,
) -> Document:
    """Stream one side of a document to documents; the same type and side replaces the earlier one.

    Before a byte is read: NotFound, Conflict(`wrong_state`, `document_not_open`, `too_many_documents`), Invalid with
    the refusal (`unknown_type`, `unknown_side`, `hokensho_ended`, `mynumber_back`, `tsuchi_card`, …), TooLarge. Then:
    Invalid(`unreadable_image`, `too_many_pixels`), TooLarge, Unavailable(`documents_away`): nothing was kept.
    """
    raise NotImplementedError


async def remove_document(intake: Intake, application_id: UUID, document_id: UUID) -> None:
    """Take a document back. Raises NotFound and Conflict(`wrong_state`, `document_not_open`)."""
    raise NotImplementedError


async def document_rendition(intake: Intake, application_id: UUID, document_id: UUID, rendition: str) -> bytes:
    """A JPEG (`reading`, `screen`, `thumbnail`) of the applicant's own document. Raises NotFound and Unavailable."""
    raise NotImplementedError
