"""Event in: one use case for each."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.events import Event
from services.intake.model.applications import Mail, Reason, Registration
from services.intake.model.documents import StoredImage
from services.intake.use_cases import Intake, outcomes
from services.intake.use_cases.documents import hear_deleted, hear_masked, keep_document


async def on_document_stored(intake: Intake, tx: Transaction, event: Event) -> None:
    data = event.data
    image = StoredImage(data["width"], data["height"], tuple(data["warnings"]), data["mask"])
    await keep_document(intake, tx, UUID(data["id"]), event.subject, image)


async def on_document_masked(_intake: Intake, tx: Transaction, event: Event) -> None:
    await hear_masked(tx, UUID(event.data["id"]), event.subject, event.data["mask"])


async def on_document_deleted(_intake: Intake, tx: Transaction, event: Event) -> None:
    await hear_deleted(tx, UUID(event.data["id"]), event.subject, datetime.fromisoformat(event.data["deleted_at"]))


async def on_correction_requested(intake: Intake, tx: Transaction, event: Event) -> None:
    data = event.data
    deadline, extended = date.fromisoformat(data["deadline"]), data.get("previous_deadline") is not None
    await outcomes.correction_requested(
        intake,
        tx,
        event.subject,
        data["round"],
        _reasons(data["items"]),
        deadline,
        _version(data),
        extended,
        event.time,
    )


async def on_approved(_intake: Intake, tx: Transaction, event: Event) -> None:
    await outcomes.approved(tx, event.subject, event.data["round"], _version(event.data), event.time)


async def on_rejected(_intake: Intake, tx: Transaction, event: Event) -> None:
    data = event.data
    reasons = _reasons(data["reasons"])
    await outcomes.rejected(tx, event.subject, data["round"], reasons, data["note"], _version(data), event.time)


async def on_withdrawal_accepted(_intake: Intake, tx: Transaction, event: Event) -> None:
    await outcomes.withdrawal_accepted(tx, event.subject, event.data["round"], event.time)


async def on_registered(_intake: Intake, tx: Transaction, event: Event) -> None:
    """Completed or renewed: the subject is the registration, the application is in the data."""
    await outcomes.registered(tx, UUID(event.data["application_id"]), _registration(event), event.time)


async def on_changed(intake: Intake, tx: Transaction, event: Event) -> None:
    if event.data.get("changed"):
        # Another address, or a notice that was stopped: nothing was completed by it.
        await on_expiring(intake, tx, event)
    else:
        await on_registered(intake, tx, event)


async def on_expiring(_intake: Intake, tx: Transaction, event: Event) -> None:
    """The card as it was said before. It was completed on another day, which only the event of that day knows."""
    await outcomes.hear_card(tx, UUID(event.data["application_id"]), _registration(event))


async def on_notification_sent(_intake: Intake, tx: Transaction, event: Event) -> None:
    mail = Mail(event.data["template"], "sent", event.time)
    await outcomes.mail_reported(tx, event.subject, UUID(event.data["caused_by"]), mail)


async def on_notification_failed(_intake: Intake, tx: Transaction, event: Event) -> None:
    state = "failed" if event.data["permanence"] == "permanent" else "delayed"
    mail = Mail(event.data["template"], state, event.time)
    await outcomes.mail_reported(tx, event.subject, UUID(event.data["caused_by"]), mail)


def _registration(event: Event) -> Registration:
    data = event.data
    return Registration(event.subject, data["version"], data["card_number"], date.fromisoformat(data["expires_on"]))


def _version(data: Mapping[str, Any]) -> int | None:
    """The version of the application that was decided on; events from before it was said have none."""
    version: int | None = data.get("application_version")
    return version


def _reasons(items: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(item["item"], item["code"], item["note"]) for item in items)
