"""Whom to write to about an application, as it changes."""

from uuid import UUID

from chassis.database import Transaction
from services.notifier import store
from services.notifier.model import CARD_IS_LATE, ENDS, PREVIOUS, Contact, NewDelivery, Registration, meet
from services.notifier.use_cases.context import Notifier
from services.notifier.use_cases.planning import plan


async def hear_contact(notifier: Notifier, tx: Transaction, heard: Contact) -> None:
    """Keep the latest word, in whatever order they are heard, and tell each earlier address that it is not used any more.

    What has waited for a contact is released. Of an erased application only what ADR 0009 says is kept.
    """
    known = await store.meet_contact(tx.conn, heard)
    if known is not None:
        kept, left = meet(known, heard)
        await store.set_contact(tx.conn, kept)
        for before in left:
            await _tell(notifier, tx, before)
        await drop_untrue(notifier, tx, heard.application_id)
    if await store.is_forgotten(tx.conn, heard.application_id):
        await forget_erased(notifier, tx, heard.application_id)


async def _tell(notifier: Notifier, tx: Transaction, before: Contact) -> None:
    assert before.caused_by is not None
    told = NewDelivery(
        before.application_id,
        before.caused_by,
        "contact_replaced",
        notifier.now(),
        {"to": before.email},
        PREVIOUS,
    )
    await plan(notifier, tx, told)


async def hear_registration(notifier: Notifier, tx: Transaction, registration: Registration) -> None:
    """Keep what the greatest version says of whom to tell before the card expires; the sweep forgets whom it leaves."""
    await store.keep_registration(tx.conn, registration)


async def end_consent(notifier: Notifier, tx: Transaction, application_id: UUID) -> None:
    """Who gave this application does not want to be told any more before the card expires, whatever intake says of it.

    What was kept for nothing else goes; a later application asks anew.
    """
    await store.end_consent(tx.conn, application_id)
    await drop_untrue(notifier, tx, application_id)
    await forget_erased(notifier, tx, application_id)


async def forget(notifier: Notifier, tx: Transaction, application_id: UUID) -> None:
    """The application was erased: so is its contact, unless a card needs it, and what was still to be sent."""
    await store.remember_forgotten(tx.conn, application_id, notifier.now(), ENDS)
    await forget_erased(notifier, tx, application_id)


async def forget_erased(notifier: Notifier, tx: Transaction, application_id: UUID | None = None) -> None:
    """What is not needed of this application that was erased; without one, of all that were."""
    await store.forget(tx.conn, notifier.now() - CARD_IS_LATE, notifier.today, application_id)


async def drop_untrue(notifier: Notifier, tx: Transaction, application_id: UUID | None = None) -> int:
    """End what must not be sent any more to this applicant; without one, to all. Returns how many messages."""
    now = notifier.now()
    return await store.drop_untrue(tx.conn, now, now - CARD_IS_LATE, notifier.today, application_id)
