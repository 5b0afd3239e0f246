"""What the API answers with, as JSON."""

from datetime import UTC, date, datetime
from typing import Any

from services.intake.model.applications import Applicant, Application, Change, Reason
from services.intake.model.documents import Document
from services.intake.model.forms import CHANGEABLE
from services.intake.model.standing import Place
from services.intake.model.views import ApplicationView


def received(application: Application) -> dict[str, Any]:
    return {
        "id": str(application.id),
        "receipt_number": application.receipt_number,
        "status": application.status,
        "version": application.version,
        "applicant": applicant(application.applicant),
    }


def applicant(person: Applicant) -> dict[str, Any]:
    """Every field as understood, null where it does not apply; `as_typed` holds those that were typed otherwise."""
    fields = (*CHANGEABLE, "email")
    return {
        "kind": person.kind,
        "language": person.language,
        "filled_by": person.filled_by,
        "expiry_notice": person.expiry_notice,
        **{field: person.display(field) or None for field in fields},
        "as_typed": {
            field: value.raw for field, value in person.values.items() if value.raw != value.display and value.raw
        },
    }


def document(document: Document) -> dict[str, Any]:
    return {
        "id": str(document.id),
        "type": document.type,
        "side": document.side,
        "shows_current_address": document.shows_current_address,
        "width": document.width,
        "height": document.height,
        "warnings": list(document.warnings),
        "deleted_at": _time(document.deleted_at) if document.deleted_at else None,
    }


def view(seen: ApplicationView, place: Place | None) -> dict[str, Any]:
    """`place`: its place in the queue, None while nobody has to decide on it."""
    application = seen.application
    registration = seen.registration
    return {
        **received(application),
        "round": application.round,
        "email_proven": application.email_proven_at is not None,
        "withdrawal_requested": application.withdrawal_requested_at is not None and application.ended_at is None,
        "documents": [document(each) for each in seen.documents],
        "timeline": [{"at": _time(entry.at), "what": entry.what} for entry in seen.timeline],
        "corrections": [{**_reason(each.reason), "done": each.done} for each in seen.corrections],
        "correct_by": _day(seen.correct_by),
        "open_fields": list(seen.open_fields),
        "queue": {"place": place.place, "waiting": place.waiting} if place else None,
        "expected_date": _day(seen.expected_on),
        "missing": list(seen.missing),
        "missing_sides": [{"type": type_, "side": side} for type_, side in seen.missing_sides],
        "rejection": [_reason(reason) for reason in application.rejection],
        "rejection_note": application.rejection_note,
        "registration": {"card_number": registration.card_number, "expires_on": _day(registration.expires_on)}
        if registration
        else None,
        "changed": [_change(change) for change in seen.changed],
        "missed": [_change(change) for change in seen.missed],
        "mails": [{"template": mail.template, "state": mail.state, "at": _time(mail.at)} for mail in seen.mails],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"item": reason.item, "code": reason.code, "note": reason.note}


def _change(change: Change) -> dict[str, Any]:
    before, after = (value.display or None if value else None for value in (change.before, change.after))
    return {"field": change.field, "before": before, "after": after}


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
