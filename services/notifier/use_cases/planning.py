"""Whom to write to, and what."""

from chassis.database import Transaction
from chassis.ids import new_id
from services.notifier import store
from services.notifier.model import Contact, NewDelivery
from services.notifier.use_cases.context import Notifier


async def meet_applicant(notifier: Notifier, tx: Transaction, contact: Contact, welcome: NewDelivery) -> None:
    """Keep whom to write to, which also releases what has waited for it, and plan the first message."""
    await store.upsert_contact(tx.conn, contact)
    await plan(notifier, tx, welcome)


async def plan(notifier: Notifier, tx: Transaction, delivery: NewDelivery) -> None:
    """One delivery for each event and template, however often this is asked for."""
    await store.insert_delivery(tx.conn, new_id(), delivery)
    tx.after_commit(notifier.wake.beat)
