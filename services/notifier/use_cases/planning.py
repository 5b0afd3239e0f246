"""What to write."""

from chassis.database import Transaction
from chassis.ids import new_id
from services.notifier import store
from services.notifier.model import ENDS, NewDelivery
from services.notifier.use_cases.context import Notifier


async def plan_unless_later(notifier: Notifier, tx: Transaction, delivery: NewDelivery, template: str) -> None:
    """The same, unless a delivery of this template tells of something that happened later."""
    assert delivery.application_id is not None
    if not await store.has_later(tx.conn, delivery.application_id, template, delivery.occurred_at):
        await plan(notifier, tx, delivery)


async def plan(notifier: Notifier, tx: Transaction, delivery: NewDelivery) -> None:
    """One delivery for each event and template, however often this is asked for."""
    await store.insert_delivery(tx.conn, new_id(), delivery)
    if delivery.application_id and delivery.template in ENDS:
        await store.note_end(tx.conn, delivery.application_id)
    tx.after_commit(notifier.wake.beat)
