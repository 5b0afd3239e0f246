"""Events that somebody must be told of: each becomes one delivery. Of an event only what the mail says is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from chassis.events import Event
from services.notifier import use_cases
from services.notifier.model import Contact, NewDelivery, Registration
from services.notifier.use_cases import Notifier


async def on_application_received(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.hear_contact(notifier, tx, _contact(event, event.data["receipt_number"]))
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "application_received", ["link"]))


async def on_application_contact_changed(notifier: Notifier, tx: Transaction, event: Event) -> None:
    contact = _contact(event, None)
    if "email" not in event.data.get("changed", ["email"]):
        # It says the address, but another event brought it: nobody is told of a change of language or of the answer.
        await use_cases.hear_contact(notifier, tx, replace(contact, caused_by=None, email_sequence=0))
        return
    await use_cases.hear_contact(notifier, tx, contact)
    changed = _delivery(event, event.subject, "contact_changed", [])
    await use_cases.plan(notifier, tx, replace(changed, contact_sequence=event.sequence))


async def on_application_link_requested(notifier: Notifier, tx: Transaction, event: Event) -> None:
    # It may be heard before the address that it is for: then it waits, and is never sent to the one before.
    asked = _delivery(event, event.subject, "link_requested", ["purpose", "link"])
    await use_cases.plan(notifier, tx, replace(asked, contact_sequence=event.data.get("contact_sequence", 0)))


async def on_application_submitted(notifier: Notifier, tx: Transaction, event: Event) -> None:
    kept = ["kind", "round", "expected_date"]
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "application_submitted", kept))


async def on_application_withdrawn(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "application_withdrawn", []))


async def on_application_reminder_due(notifier: Notifier, tx: Transaction, event: Event) -> None:
    kept = ["round", "missing", "deadline"]
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "reminder_due", kept))


async def on_application_expired(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "application_expired", []))


async def on_application_erased(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.forget(notifier, tx, event.subject)


async def on_review_withdrawal_accepted(notifier: Notifier, tx: Transaction, event: Event) -> None:
    # Review says this, or intake says withdrawn: whoever held the application. To the applicant it is the same.
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "application_withdrawn", []))


async def on_review_correction_requested(notifier: Notifier, tx: Transaction, event: Event) -> None:
    # Said again where there is more time. Whoever has been told of that is not told of the day before.
    template = "deadline_extended" if event.data.get("previous_deadline") else "correction_requested"
    asked = _delivery(event, event.subject, template, ["items", "deadline"])
    await use_cases.plan_unless_later(notifier, tx, asked, "deadline_extended")


async def on_review_rejected(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "application_rejected", ["reasons", "note"]))


async def on_review_delayed(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.plan(notifier, tx, _delivery(event, event.subject, "review_delayed", ["expected_date"]))


async def on_review_digest_due(notifier: Notifier, tx: Transaction, event: Event) -> None:
    for address in notifier.policy.staff_digest.addresses:
        digest = NewDelivery(
            None, event.id, "staff_digest", event.time, event.data, address, traceparent=event.traceparent
        )
        await use_cases.plan(notifier, tx, digest)


async def on_registration_completed(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.hear_registration(notifier, tx, _registration(event))
    kept = ["card_number", "expires_on", "pickup_branch"]
    await use_cases.plan(notifier, tx, _delivery(event, _application(event), "registration_completed", kept))


async def on_registration_renewed(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.hear_registration(notifier, tx, _registration(event))
    kept = ["card_number", "previous_card_number", "expires_on"]
    await use_cases.plan(notifier, tx, _delivery(event, _application(event), "registration_renewed", kept))


async def on_registration_changed(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.hear_registration(notifier, tx, _registration(event))
    if changed := event.data.get("changed"):
        # Another address, of which the old and the new one are told by what intake says; or what the person asked for.
        if "expiry_notice" in changed:
            await use_cases.end_consent(notifier, tx, _application(event))
        return
    kept = ["card_number", "previous_card_number", "expires_on"]
    await use_cases.plan(notifier, tx, _delivery(event, _application(event), "registration_changed", kept))


async def on_registration_expiring(notifier: Notifier, tx: Transaction, event: Event) -> None:
    await use_cases.hear_registration(notifier, tx, _registration(event))
    told = _delivery(event, _application(event), "registration_expiring", ["expires_on"])
    # Not the whole number: it is in a mail that was not asked for today, and tells the reader which card is meant.
    content = {**told.content, "card_ending": event.data["card_number"][-4:]}
    await use_cases.plan(notifier, tx, replace(told, content=content))


def _contact(event: Event, receipt_number: str | None) -> Contact:
    data, sequence = event.data, event.sequence
    wanted = data.get("expiry_notice", False)
    return Contact(event.subject, receipt_number, data["email"], data["language"], sequence, event.id, wanted, sequence)


def _registration(event: Event) -> Registration:
    expires_on = date.fromisoformat(event.data["expires_on"])
    return Registration(event.subject, event.data["version"], _application(event), expires_on)


def _application(event: Event) -> UUID:
    # The subject of these is the registration.
    return UUID(event.data["application_id"])


def _delivery(event: Event, application_id: UUID, template: str, kept: Sequence[str]) -> NewDelivery:
    content = {name: event.data[name] for name in kept}
    return NewDelivery(application_id, event.id, template, event.time, content, traceparent=event.traceparent)
