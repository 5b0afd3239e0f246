"""What staff were refused."""

from collections.abc import Sequence
from uuid import UUID

from services.review.model import Staff
from services.review.store import audit
from services.review.use_cases.context import Review


async def note_refusal(
    review: Review, staff: Staff, route: str, codes: Sequence[str], case_id: UUID | None, document_id: UUID | None
) -> None:
    """Somebody asked for what was not done: by which route (its pattern), and why (codes)."""
    detail = {"route": route, "codes": list(codes)}
    async with review.db.transaction() as tx:
        await audit.insert(tx.conn, review.now(), staff.id, "refused", case_id, document_id, detail)
