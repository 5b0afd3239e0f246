"""What documents hears: how applications stand, and so when their images go."""

from chassis.database import Transaction
from chassis.events import Event
from services.documents.model.retention import APPROVED, EXPIRED, OPEN, REJECTED, WITHDRAWN, Standing
from services.documents.use_cases import Vault, forgetting


async def on_application_submitted(vault: Vault, tx: Transaction, event: Event) -> None:
    await _hear(vault, tx, event, OPEN)


async def on_application_withdrawn(vault: Vault, tx: Transaction, event: Event) -> None:
    await _hear(vault, tx, event, WITHDRAWN)


async def on_application_expired(vault: Vault, tx: Transaction, event: Event) -> None:
    await _hear(vault, tx, event, EXPIRED)


async def on_application_erased(vault: Vault, tx: Transaction, event: Event) -> None:
    await forgetting.erase_application(vault, tx, event.subject, event.time)


async def on_review_withdrawal_accepted(vault: Vault, tx: Transaction, event: Event) -> None:
    await _hear(vault, tx, event, WITHDRAWN)


async def on_review_rejected(vault: Vault, tx: Transaction, event: Event) -> None:
    await _hear(vault, tx, event, REJECTED)


async def on_review_approved(vault: Vault, tx: Transaction, event: Event) -> None:
    await _hear(vault, tx, event, APPROVED)


async def _hear(vault: Vault, tx: Transaction, event: Event, outcome: str) -> None:
    standing = Standing(event.data["round"], outcome, event.time)
    await forgetting.hear_of_application(vault, tx, event.subject, standing)
