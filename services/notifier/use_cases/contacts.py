"""Whom to write to about an application, as it changes."""

from dataclasses import replace
from uuid import UUID

from chassis.database import Transaction
from services.notifier import store
from services.notifier.model import PREVIOUS, Contact, NewDelivery
from services.notifier.use_cases.context import Notifier
from services.notifier.use_cases.planning import plan


async def hear_contact(notifier: Notifier, tx: Transaction, heard: Contact) -> None:
    """Keep the latest address, in whatever order they are heard, and tell each earlier one that it is not used any more.

    What has waited for a contact is released.
    """
    if await store.is_forgotten(tx.conn, heard.application_id):
        return
    known = await store.meet_contact(tx.conn, heard)
    if known is None or known.sequence == heard.sequence:
        return
    earlier, later = sorted((known, heard), key=lambda each: each.sequence)
    receipt_number = known.receipt_number or heard.receipt_number
    await store.set_contact(tx.conn, replace(later, receipt_number=receipt_number))
    told = NewDelivery(
        heard.application_id,
        earlier.caused_by or later.caused_by or heard.application_id,
        "contact_replaced",
        notifier.now(),
        {"to": earlier.email},
        PREVIOUS,
    )
    await plan(notifier, tx, told)


async def forget(notifier: Notifier, tx: Transaction, application_id: UUID) -> None:
    """The application was erased: so are its address and what was still to be sent. What is heard late changes nothing."""
    await store.remember_forgotten(tx.conn, application_id, notifier.now())
    await store.forget(tx.conn, application_id)
