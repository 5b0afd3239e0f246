"""What intake hands over: the application as understood, and what may come before or after it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rules.understanding import COMPARED, match_key
from services.review.model.candidates import Person

REQUESTED, WITHDRAWN, EXPIRED = "requested", "withdrawn", "expired"


@dataclass(frozen=True)
class Typed:
    """A value as typed, as understood and for comparing."""

    raw: str
    display: str
    match_key: str


@dataclass(frozen=True)
class Applicant:
    """The applicant as understood at submission."""

    name: Typed
    kana: Typed | None
    birth_date: date
    postal_code: Typed
    address: Typed
    phone: Typed
    email: Typed
    guardian_name: Typed | None
    guardian_relation: str | None
    organisation_name: Typed | None
    organisation_address: Typed | None
    category: str
    pickup_branch: str
    hold_contact: str
    #: The card that is renewed, changed or was lost, as typed.
    card_number: str | None
    #: What this library asks besides, by the code of the question.
    extra: Mapping[str, Any]

    @property
    def person(self) -> Person:
        kana_key = self.kana.match_key if self.kana else None
        return Person(self.name.match_key, kana_key, self.birth_date, self.address.match_key, self.phone.match_key)


#: What a correction may be asked of, and an amendment made to, by its name.
FIELDS = tuple(field.name for field in fields(Applicant) if field.name != "extra")
#: Fields whose value is a Typed; the others are codes, days or as typed.
TYPED = (
    "name",
    "kana",
    "postal_code",
    "address",
    "phone",
    "email",
    "guardian_name",
    "organisation_name",
    "organisation_address",
)


@dataclass(frozen=True)
class NamedDocument:
    """A document as the application names it."""

    id: UUID
    type: str
    side: str
    shows_current_address: bool | None
    width: int
    height: int
    warnings: tuple[str, ...]
    #: As far as intake knew; None in what was handed over before it said so.
    mask: str | None


@dataclass(frozen=True)
class Application:
    """The application as handed over in one round."""

    id: UUID
    kind: str
    receipt_number: str
    round: int
    #: Intake's count of the application's changes.
    version: int
    submitted_at: datetime
    expected_on: date
    language: str
    filled_by: str
    policy_version: str
    consent: Mapping[str, Any]
    applicant: Applicant
    #: The applicant as heard, for keeping.
    applicant_data: Mapping[str, Any]
    outcomes: Mapping[str, str]
    #: Whether the person wants to be told before the card expires.
    expiry_notice: bool
    documents: tuple[NamedDocument, ...]


def applicant_of(data: Mapping[str, Any]) -> Applicant:
    """The applicant of `application.handed_over.v1`."""
    typed = {name: _typed(name, data[name]) for name in TYPED}
    known = {name: data[name] for name in FIELDS if name not in typed}
    return Applicant(**{**known, **typed, "birth_date": date.fromisoformat(data["birth_date"]), "extra": data["extra"]})


def application_of(id_: UUID, data: Mapping[str, Any]) -> Application:
    """The application that `application.handed_over.v1` tells of."""
    return Application(
        id=id_,
        kind=data["kind"],
        receipt_number=data["receipt_number"],
        round=data["round"],
        version=data["version"],
        submitted_at=datetime.fromisoformat(data["submitted_at"]),
        expected_on=date.fromisoformat(data["expected_date"]),
        language=data["language"],
        filled_by=data["filled_by"],
        policy_version=data["policy_version"],
        consent=data["consent"],
        applicant=applicant_of(data["applicant"]),
        applicant_data=data["applicant"],
        outcomes=data["outcomes"],
        expiry_notice=data.get("expiry_notice", False),
        documents=tuple(_document(document) for document in data["documents"]),
    )


def _document(data: Mapping[str, Any]) -> NamedDocument:
    return NamedDocument(
        id=UUID(data["id"]),
        type=data["type"],
        side=data["side"],
        shows_current_address=data["shows_current_address"],
        width=data["width"],
        height=data["height"],
        warnings=tuple(data["warnings"]),
        mask=data.get("mask"),
    )


def _typed(name: str, value: Mapping[str, str] | None) -> Typed | None:
    if value is None:
        return None
    # An event may be from before the rules changed; what it is compared with is not.
    key = match_key(name, value["display"]) if name in COMPARED else value["match_key"]
    return Typed(value["raw"], value["display"], key)
