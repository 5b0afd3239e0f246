"""What notifier says of the mails to an applicant."""

from uuid import UUID

from chassis.database import Transaction
from services.review.store import mails
from services.review.use_cases.context import Review


async def hear_mail(
    review: Review, tx: Transaction, application_id: UUID, caused_by: UUID, template: str, outcome: str, sequence: int
) -> None:
    """The mail that answers the event `caused_by` was `sent` or has `failed`; the latest word counts."""
    await mails.keep(tx.conn, application_id, caused_by, template, outcome, sequence)
