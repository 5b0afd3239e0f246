"""Decisions: approve, ask for a correction, reject."""

from uuid import UUID

from services.review.model import Decided, Decision, Staff
from services.review.use_cases.context import Review


async def decide(review: Review, case_id: UUID, staff: Staff, decision: Decision) -> Decided:
    """Decide the case. Nothing is written unless everything is right.

    Raises NotFound; Conflict `wrong_state`, `not_claimed`, `stale_version`, `card_numbers_exhausted`; Invalid with one
    error for each fault: `reasons/0/code` `reason_unknown`, `card_number` `card_number_taken`, ...
    """
    raise NotImplementedError
