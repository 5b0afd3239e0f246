"""Events in: each is right in any order and any number of times."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.events import Event
from services.review.model.applications import EXPIRED, REQUESTED, WITHDRAWN, application_of
from services.review.model.changes import Amendment
from services.review.model.contacts import Contact
from services.review.use_cases import (
    Review,
    erase,
    hear_amended,
    hear_contact,
    hear_deleted,
    hear_mail,
    hear_masked,
    hear_stored,
    hear_withdrawal,
    take_over,
    take_over_new,
)


async def on_application_handed_over(review: Review, tx: Transaction, event: Event) -> None:
    await take_over(review, tx, application_of(event.subject, event.data))


async def on_applications_handed_over(review: Review, tx: Transaction, events: Sequence[Event]) -> Sequence[Event]:
    """The first event of each application of which nothing has been heard; the others are returned."""
    first: dict[UUID, Event] = {}
    for event in events:
        first.setdefault(event.subject, event)
    taken = await take_over_new(review, tx, [application_of(event.subject, event.data) for event in first.values()])
    return [event for event in events if not (event.subject in taken and event is first[event.subject])]


async def on_application_amended(review: Review, tx: Transaction, event: Event) -> None:
    data = event.data
    amendment = Amendment(
        data["round"], data["version"], event.time, data["policy_version"], data["changes"], data["outcomes"]
    )
    await hear_amended(review, tx, event.subject, amendment)


async def on_application_withdrawal_requested(review: Review, tx: Transaction, event: Event) -> None:
    await hear_withdrawal(review, tx, event.subject, REQUESTED, event.data["round"])


async def on_application_withdrawn(review: Review, tx: Transaction, event: Event) -> None:
    await hear_withdrawal(review, tx, event.subject, WITHDRAWN, event.data["round"])


async def on_application_expired(review: Review, tx: Transaction, event: Event) -> None:
    await hear_withdrawal(review, tx, event.subject, EXPIRED, event.data["round"])


async def on_application_erased(review: Review, tx: Transaction, event: Event) -> None:
    await erase(review, tx, event.subject)


async def on_application_contact_changed(review: Review, tx: Transaction, event: Event) -> None:
    data = event.data
    contact = Contact(data["version"], data["email"], data["language"], data.get("expiry_notice", False))
    await hear_contact(review, tx, event.subject, contact)


async def on_document_stored(review: Review, tx: Transaction, event: Event) -> None:
    await hear_stored(review, tx, event.subject, event.data)


async def on_document_masked(review: Review, tx: Transaction, event: Event) -> None:
    await hear_masked(tx, event.subject, UUID(event.data["id"]), datetime.fromisoformat(event.data["masked_at"]))


async def on_document_deleted(review: Review, tx: Transaction, event: Event) -> None:
    data = event.data
    await hear_deleted(tx, event.subject, UUID(data["id"]), datetime.fromisoformat(data["deleted_at"]), data["why"])


async def on_notification_sent(review: Review, tx: Transaction, event: Event) -> None:
    caused_by, template = UUID(event.data["caused_by"]), event.data["template"]
    await hear_mail(review, tx, event.subject, caused_by, template, "sent", event.sequence)


async def on_notification_failed(review: Review, tx: Transaction, event: Event) -> None:
    caused_by, template = UUID(event.data["caused_by"]), event.data["template"]
    await hear_mail(review, tx, event.subject, caused_by, template, "failed", event.sequence)
