"""The events that review emits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from chassis.events import NewEvent
from services.review.model import Case, Reason, Registration
from services.review.model.promises import DIGEST, Digest, Late


def approved(case: Case) -> NewEvent:
    return NewEvent("review.approved.v1", case.application_id, {"round": case.round, **_decided_on(case)})


#: The type and side of each `document:<id>` of the case.
Sides = Mapping[str, tuple[str, str]]


def correction_requested(
    case: Case, items: Sequence[Reason], sides: Sides, deadline: date, before: date | None = None
) -> NewEvent:
    """`before`: the last day until now, where there is more time for what was asked already."""
    data = {
        "round": case.round,
        "items": [_reason(item, sides) for item in items],
        "deadline": deadline.isoformat(),
        **_decided_on(case),
        "previous_deadline": before.isoformat() if before else None,
    }
    return NewEvent("review.correction_requested.v1", case.application_id, data)


def rejected(case: Case, reasons: Sequence[Reason], sides: Sides, note: str | None) -> NewEvent:
    named = [_reason(reason, sides) for reason in reasons]
    data = {"round": case.round, "reasons": named, "note": note, **_decided_on(case)}
    return NewEvent("review.rejected.v1", case.application_id, data)


def withdrawal_accepted(application_id: UUID, round_: int) -> NewEvent:
    return NewEvent("review.withdrawal_accepted.v1", application_id, {"round": round_})


def delayed(late: Late, expected_on: date) -> NewEvent:
    data = {"round": late.round, "expected_date": expected_on.isoformat()}
    return NewEvent("review.delayed.v1", late.application_id, data)


def digest_due(digest: Digest) -> NewEvent:
    return NewEvent("review.digest_due.v1", DIGEST, {**asdict(digest), "on": digest.on.isoformat()})


def registration_completed(registration: Registration) -> NewEvent:
    return NewEvent("registration.completed.v1", registration.id, _registration(registration))


def registration_renewed(registration: Registration) -> NewEvent:
    return NewEvent("registration.renewed.v1", registration.id, _registration(registration))


def registration_changed(registration: Registration, previous: str | None) -> NewEvent:
    """`previous`: the number of the lost card, which is void now; None where the number stays."""
    return NewEvent("registration.changed.v1", registration.id, _registration(registration, previous))


def registration_contact_changed(registration: Registration) -> NewEvent:
    """The address for holds is another; the applicant gave it, and knows."""
    data = {**_registration(registration), "changed": ["email"]}
    return NewEvent("registration.changed.v1", registration.id, data)


def registration_notice_stopped(registration: Registration) -> NewEvent:
    """The person does not want to be told before the card expires; nothing that others see has changed."""
    data = {**_registration(registration), "changed": ["expiry_notice"]}
    return NewEvent("registration.changed.v1", registration.id, data)


def registration_expiring(registration: Registration) -> NewEvent:
    """Nothing has changed: the version is the one that was said before."""
    return NewEvent("registration.expiring.v1", registration.id, _registration(registration))


def _decided_on(case: Case) -> Mapping[str, int]:
    """The version of the application that was decided on, where it is known."""
    return {} if case.application_version is None else {"application_version": case.application_version}


def _reason(reason: Reason, sides: Sides) -> Mapping[str, Any]:
    said = {"item": reason.item, "code": reason.code, "note": reason.note}
    if reason.item not in sides:
        return said
    document_type, side = sides[reason.item]
    return {**said, "document_type": document_type, "side": side}


def _registration(registration: Registration, previous: str | None = None) -> Mapping[str, Any]:
    return {
        "application_id": str(registration.application_id),
        "version": registration.version,
        "card_number": registration.card_number,
        "previous_card_number": previous,
        "registrant": {
            "name": registration.name,
            "name_kana": registration.kana,
            "birth_date": registration.birth_date.isoformat(),
            "postal_code": registration.postal_code,
            "address": registration.address,
            "phone": registration.phone,
            "email": registration.announced_email,
            "guardian_name": registration.guardian_name,
        },
        "category": registration.category,
        "expires_on": registration.expires_on.isoformat(),
        "pickup_branch": registration.pickup_branch,
        "hold_contact": registration.hold_contact,
    }
