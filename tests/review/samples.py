"""What review hears, invented."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.events import Event
from chassis.ids import new_id
from chassis.testing import heard


def typed(raw: str, display: str | None = None, key: str | None = None) -> dict[str, str]:
    shown = display if display is not None else raw
    return {"raw": raw, "display": shown, "match_key": key if key is not None else shown.replace(" ", "")}


def applicant(**changed: Any) -> dict[str, Any]:
    """A grown-up who lives in the city."""
    return {
        "name": typed("水前寺　はな", "水前寺 はな"),
        "kana": typed("ｽｲｾﾞﾝｼﾞ ﾊﾅ", "スイゼンジ ハナ"),
        "birth_date": "1991-04-12",
        "postal_code": typed("８６０００００", "860-0000", "8600000"),
        "address": typed("中央区見本町１ー２ー３", "熊本県熊本市中央区見本町1-2-3", "熊本市中央区見本町1-2-3"),
        "phone": typed("０９６０００００００", "096-000-0000", "0960000000"),
        "email": typed("hana@example.jp"),
        "guardian_name": None,
        "guardian_relation": None,
        "organisation_name": None,
        "organisation_address": None,
        "category": "resident",
        "pickup_branch": "main",
        "hold_contact": "mail",
        "card_number": None,
        "extra": {},
    } | changed


def somebody(number: int, **changed: Any) -> dict[str, Any]:
    """One of many applicants who have nothing in common."""
    return applicant(
        name=typed(f"見本 {number}"),
        kana=typed(f"ミホン {number}"),
        birth_date=f"19{50 + number % 50}-01-{1 + number % 28:02}",
        address=typed(f"熊本市見本町{number}"),
        phone=typed(f"096-{number:07}"),
        email=typed(f"p{number}@example.jp"),
        **changed,
    )


def document(id_: UUID | None = None, side: str = "front", warnings: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "id": str(id_ or new_id()),
        "type": "driving_licence",
        "side": side,
        "shows_current_address": True,
        "width": 2400,
        "height": 1514,
        "warnings": list(warnings),
    }


def handed_over(
    application: UUID | None = None,
    *,
    round: int = 1,
    kind: str = "new",
    submitted_at: str = "2026-11-20T01:00:00Z",
    who: Mapping[str, Any] | None = None,
    documents: Sequence[Mapping[str, Any]] | None = None,
    outcomes: Mapping[str, str] | None = None,
    filled_by: str = "self",
    expiry_notice: bool | None = None,
    receipt_number: str | None = None,
) -> Event:
    subject = application or new_id()
    data = {
        "kind": kind,
        "receipt_number": receipt_number or f"K7Q4-{str(subject)[-4:].upper()}",
        "round": round,
        "version": 3 + round,
        "submitted_at": submitted_at,
        "expected_date": "2026-11-26",
        "language": "ja",
        "filled_by": filled_by,
        "policy_version": "0123456789ab",
        "consent": {"version": "2026-11", "at": "2026-11-20T00:30:00Z"},
        "applicant": dict(who or applicant()),
        "documents": list(documents if documents is not None else [document()]),
        "outcomes": dict(outcomes or {"eligibility": "category_confirmed", "guardian": "not_required"}),
    }
    if expiry_notice is not None:
        data["expiry_notice"] = expiry_notice
    return heard("application.handed_over.v1", "intake", subject, data)


def withdrawal_requested(application: UUID, round_: int = 1) -> Event:
    return heard("application.withdrawal_requested.v1", "intake", application, {"round": round_})


def withdrawn(application: UUID, round_: int = 1) -> Event:
    return heard("application.withdrawn.v1", "intake", application, {"round": round_})


def expired(application: UUID, round_: int = 1) -> Event:
    return heard("application.expired.v1", "intake", application, {"round": round_})


def erased(application: UUID) -> Event:
    return heard("application.erased.v1", "intake", application, {})


def contact_changed(
    application: UUID, version: int, email: str, *, language: str = "ja", expiry_notice: bool | None = None
) -> Event:
    data: dict[str, Any] = {"version": version, "email": email, "language": language}
    if expiry_notice is not None:
        data |= {"expiry_notice": expiry_notice, "changed": ["email"]}
    return heard("application.contact_changed.v1", "intake", application, data)


def stored(
    application: UUID, document_id: UUID, *, side: str = "front", warnings: Sequence[str] = (), mask: str = "none"
) -> Event:
    data = {
        "id": str(document_id),
        "type": "driving_licence",
        "side": side,
        "width": 2000,
        "height": 1262,
        "bytes": 345678,
        "warnings": list(warnings),
        "mask": mask,
    }
    return heard("document.stored.v1", "documents", application, data)


def masked(application: UUID, document_id: UUID) -> Event:
    data = {**stored(application, document_id).data, "mask": "done", "boxes": 1, "masked_at": "2026-11-22T01:00:00Z"}
    return heard("document.masked.v1", "documents", application, data, 2)


def deleted(application: UUID, document_id: UUID, why: str = "approved") -> Event:
    data = {
        "id": str(document_id),
        "type": "driving_licence",
        "side": "front",
        "why": why,
        "deleted_at": "2026-11-22T02:00:00Z",
    }
    return heard("document.deleted.v1", "documents", application, data, 3)


def mail(application: UUID, outcome: str, *, caused_by: UUID | None = None, sequence: int = 1) -> Event:
    data = {"template": "submitted", "caused_by": str(caused_by or new_id())}
    if outcome == "failed":
        data["permanence"] = "permanent"
    return heard(f"notification.{outcome}.v1", "notifier", application, data, sequence)


#: Check digits by EAN (m10w31), as the shipped policy has it.
CARD = "2900000001237"
OTHER_CARD = "2900000001244"
