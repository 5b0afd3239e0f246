"""Claims: a lease on a case, so that two people do not work on the same one."""

from uuid import UUID

from services.review.model import Case, Staff
from services.review.use_cases.context import Review


async def claim(review: Review, case_id: UUID, staff: Staff) -> Case:
    """Take the case for 15 minutes, or renew one's own lease.

    Raises NotFound, Conflict `held_by_other` (its detail says who and until when), Conflict `wrong_state`.
    """
    raise NotImplementedError


async def release(review: Review, case_id: UUID, staff: Staff) -> Case:
    """Give one's own claim back; without one nothing happens. Raises NotFound."""
    raise NotImplementedError
