"""Images of identity documents: never kept here, only passed on, and every look at one is written down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.review.model import Staff
from services.review.use_cases.context import Review


@asynccontextmanager
async def read_rendition(
    review: Review, case_id: UUID, document_id: UUID, rendition: str, staff: Staff
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The bytes of a rendition (`reading`, `screen` or `thumbnail`, image/jpeg), streamed:

        async with read_rendition(review, case_id, document_id, "screen", staff) as chunks: ...

    Raises NotFound (also for a document of another case or an unknown rendition) and Unavailable.
    """
    raise NotImplementedError
    yield
