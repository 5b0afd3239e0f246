"""The queue and the case: what staff read."""

from uuid import UUID

from services.review.model import CaseView, Page
from services.review.use_cases.context import Review


async def list_cases(review: Review, status: str | None, after: str, limit: int = 50) -> Page:
    """A page of cases, resubmitted ones on top, then the oldest first. `status`: one of STATUSES, `open`, or None for all.

    `after` is "" for the start or the `next` of the page before. Raises Invalid `status_unknown`, `after_invalid`.
    """
    raise NotImplementedError


async def get_case(review: Review, case_id: UUID) -> CaseView:
    """Everything on one case. Raises NotFound."""
    raise NotImplementedError
