"""Whom and how to write to, and the end of everything about an application."""

from uuid import UUID

from chassis.clock import today
from chassis.database import Transaction
from rules.understanding import understand
from services.review.model import CLOSED, DECIDED
from services.review.model.contacts import Contact
from services.review.store import cases, contacts, erasures, turns
from services.review.use_cases.context import Review, zone
from services.review.use_cases.registrations import change_contact


async def hear_contact(review: Review, tx: Transaction, application_id: UUID, contact: Contact) -> None:
    """The applicant gave another e-mail address, language or answer.

    The case shows it until the decision; after an approval the registration has it.
    """
    await turns.lock_application(tx.conn, application_id)
    if not await erasures.is_erased(tx.conn, application_id):
        await contacts.keep(tx.conn, application_id, contact)
        await show_contact(review, tx, application_id)
    # Last: a decision that is under way holds the case's row, and only then is there a registration.
    await change_contact(review, tx, application_id, contact)


async def show_contact(review: Review, tx: Transaction, application_id: UUID) -> None:
    """Show the newest address on the case, where it is newer than what was handed over."""
    case = await cases.lock_by_application(tx.conn, application_id, review.now())
    if case is None or case.status in (DECIDED, CLOSED):
        return
    newer = await contacts.newer(tx.conn, case.id)
    if newer is None:
        return
    read = understand("email", newer.email, today=today(review.now, zone(review)))
    email = {"raw": newer.email, "display": newer.email, "match_key": read.match_key or newer.email}
    await contacts.show(tx.conn, case.id, newer, email)


async def erase(review: Review, tx: Transaction, application_id: UUID) -> None:
    """Intake has erased the application: nothing of it is needed here, and what is heard late brings nothing back."""
    await turns.lock_application(tx.conn, application_id)
    await erasures.remember(tx.conn, application_id, review.now())
    await erasures.forget(tx.conn, application_id)
