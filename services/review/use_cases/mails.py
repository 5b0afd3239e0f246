"""What notifier says of the mails to an applicant, and what staff do about those that did not arrive."""

from uuid import UUID

from chassis.database import Transaction
from chassis.errors import NotFound
from services.review.model import Staff
from services.review.store import audit, cases, mails
from services.review.use_cases.context import Review


async def hear_mail(
    review: Review, tx: Transaction, application_id: UUID, caused_by: UUID, template: str, outcome: str, sequence: int
) -> None:
    """The mail that answers the event `caused_by` was `sent` or has `failed`; the latest word counts."""
    await mails.keep(tx.conn, application_id, caused_by, template, outcome, sequence)


async def see_to_mails(review: Review, case_id: UUID, until: int, staff: Staff) -> None:
    """Somebody told the applicant in another way: what did not arrive, as far as it was shown, is done. Raises NotFound."""
    now = review.now()
    async with review.db.transaction() as tx:
        case = await cases.find(tx.conn, case_id, now)
        if case is None:
            raise NotFound
        await mails.see_to(tx.conn, case.application_id, until, now, staff.id)
        await audit.insert(tx.conn, now, staff.id, "undelivered_seen_to", case_id)
