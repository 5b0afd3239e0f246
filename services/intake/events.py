"""The events that intake says: one builder each, from the model to what the contract names."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from chassis.events import NewEvent
from rules.understanding import Understood
from services.intake.model.applications import Application, Change
from services.intake.model.deadlines import Missing
from services.intake.model.documents import Document

#: Contracts bound what travels; a raw value may be longer (nothing typed is refused for its spaces).
_NAME, _TEXT = 120, 300
_LONG = ("address", "organisation_address", "email")


def application_received(application: Application, link: str) -> NewEvent:
    data = {
        "receipt_number": application.receipt_number,
        "email": application.applicant.display("email"),
        "language": application.applicant.language,
        "link": link,
        "expiry_notice": application.applicant.expiry_notice,
    }
    return NewEvent("application.received.v1", application.id, data)


def application_link_requested(application: Application, purpose: str, link: str) -> NewEvent:
    data = {"purpose": purpose, "link": link, "contact_sequence": application.contact_sequence}
    return NewEvent("application.link_requested.v1", application.id, data)


def application_contact_changed(application: Application, changed: Sequence[str]) -> NewEvent:
    """`changed`: what is other than before, of email, language and expiry_notice."""
    data = {
        "version": application.version,
        "email": application.applicant.display("email"),
        "language": application.applicant.language,
        "expiry_notice": application.applicant.expiry_notice,
        "changed": list(changed),
    }
    return NewEvent("application.contact_changed.v1", application.id, data)


def application_submitted(application: Application, documents: Sequence[Document], expected_on: date) -> NewEvent:
    data = {
        "kind": application.applicant.kind,
        "receipt_number": application.receipt_number,
        "round": application.round,
        "document_ids": [str(document.id) for document in documents],
        "expected_date": expected_on.isoformat(),
    }
    return NewEvent("application.submitted.v1", application.id, data)


def application_handed_over(
    application: Application,
    documents: Sequence[Document],
    submitted_at: datetime,
    expected_on: date,
    policy_version: str,
    outcomes: Mapping[str, str],
) -> NewEvent:
    data = {
        "kind": application.applicant.kind,
        "receipt_number": application.receipt_number,
        "round": application.round,
        "version": application.version,
        "submitted_at": _time(submitted_at),
        "expected_date": expected_on.isoformat(),
        "language": application.applicant.language,
        "filled_by": application.applicant.filled_by,
        "policy_version": policy_version,
        "consent": {"version": application.consent_version, "at": _time(application.consented_at)},
        "applicant": _applicant(application),
        "documents": [
            {
                "id": str(document.id),
                "type": document.type,
                "side": document.side,
                "shows_current_address": document.shows_current_address,
                "width": document.width,
                "height": document.height,
                "warnings": list(document.warnings),
                "mask": document.mask,
            }
            for document in documents
        ],
        "outcomes": dict(outcomes),
        "expiry_notice": application.applicant.expiry_notice,
    }
    return NewEvent("application.handed_over.v1", application.id, data)


def application_amended(application: Application, changes: Sequence[Change]) -> NewEvent:
    data = {
        "round": application.round,
        "version": application.version,
        "policy_version": application.policy_version,
        "changes": {change.field: _change(change) for change in changes},
        "outcomes": dict(application.outcomes or {}),
    }
    return NewEvent("application.amended.v1", application.id, data)


def application_withdrawal_requested(application: Application) -> NewEvent:
    return NewEvent("application.withdrawal_requested.v1", application.id, {"round": application.round})


def application_withdrawn(application: Application) -> NewEvent:
    return NewEvent("application.withdrawn.v1", application.id, {"round": application.round})


def application_reminder_due(application: Application, missing: Sequence[Missing], last_day: date) -> NewEvent:
    data = {
        "round": application.round,
        "missing": [asdict(each) for each in missing],
        "deadline": last_day.isoformat(),
    }
    return NewEvent("application.reminder_due.v1", application.id, data)


def application_expired(application: Application) -> NewEvent:
    return NewEvent("application.expired.v1", application.id, {"round": application.round})


def application_erased(application: Application) -> NewEvent:
    return NewEvent("application.erased.v1", application.id, {})


def _applicant(application: Application) -> dict[str, Any]:
    applicant = application.applicant

    def typed(field: str) -> dict[str, str] | None:
        value = applicant.values.get(field)
        return _typed(value, _TEXT if field in _LONG else _NAME) if value else None

    three = ("name", "kana", "postal_code", "address", "phone", "email")
    maybe = ("guardian_name", "organisation_name", "organisation_address")
    codes = ("birth_date", "category", "pickup_branch", "hold_contact")
    return {
        **{field: typed(field) for field in (*three, *maybe)},
        **{field: applicant.display(field) for field in codes},
        "guardian_relation": applicant.display("guardian_relation") or None,
        "card_number": applicant.display("card_number") or None,
        "extra": {},
    }


def _change(change: Change) -> dict[str, Any]:
    limit = _TEXT if change.field in _LONG else _NAME
    before = change.before.display[:limit] if change.before else None
    return {"before": before or None, "after": _typed(change.after, limit) if change.after else None}


def _typed(value: Understood, limit: int) -> dict[str, str]:
    return {"raw": value.raw[:limit], "display": value.display[:limit], "match_key": value.match_key[:limit]}


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
