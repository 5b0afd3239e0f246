"""A registration: a person's card, with a life of its own."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rules.identity_documents import add_months
from services.review.model.applications import Applicant
from services.review.model.candidates import Person

ACTIVE = "active"


@dataclass(frozen=True)
class Registration:
    """`application_id` is the latest application that led here; `version` counts from 1."""

    id: UUID
    application_id: UUID
    version: int
    status: str
    card_number: str
    name_raw: str
    name: str
    name_key: str
    kana: str | None
    kana_key: str | None
    birth_date: date
    postal_code: str
    address: str
    address_key: str
    phone: str
    phone_key: str
    email: str
    guardian_name: str | None
    category: str
    #: The last day on which the card is valid.
    expires_on: date
    pickup_branch: str
    hold_contact: str

    @property
    def person(self) -> Person:
        return Person(self.name_key, self.kana_key, self.birth_date, self.address_key, self.phone_key)


def register(
    id_: UUID, application_id: UUID, applicant: Applicant, card_number: str, expires_on: date, version: int
) -> Registration:
    """The registration of this applicant under this card."""
    return Registration(
        id=id_,
        application_id=application_id,
        version=version,
        status=ACTIVE,
        card_number=card_number,
        name_raw=applicant.name.raw,
        name=applicant.name.display,
        name_key=applicant.name.match_key,
        kana=applicant.kana.display if applicant.kana else None,
        kana_key=applicant.kana.match_key if applicant.kana else None,
        birth_date=applicant.birth_date,
        postal_code=applicant.postal_code.display,
        address=applicant.address.display,
        address_key=applicant.address.match_key,
        phone=applicant.phone.display,
        phone_key=applicant.phone.match_key,
        email=applicant.email.display,
        guardian_name=applicant.guardian_name.display if applicant.guardian_name else None,
        category=applicant.category,
        expires_on=expires_on,
        pickup_branch=applicant.pickup_branch,
        hold_contact=applicant.hold_contact,
    )


def expiry(today: date, validity_years: int) -> date:
    """The last valid day of a card that is given out or renewed today (29 February becomes 28 where it must)."""
    return add_months(today, 12 * validity_years)


def still_valid_until(known: Registration | None, today: date, longest: date) -> date:
    """The last valid day of a card whose details change or that is replaced: as it was.

    A card that has expired, or of which nothing is known here, is valid as if renewed: the same papers were looked at.
    """
    return known.expires_on if known and known.expires_on >= today else longest


def differences(registration: Registration, applicant: Applicant) -> tuple[tuple[str, str | None, str | None], ...]:
    """(field, as registered, as applied for) of everything that an approval would change (codes as they are)."""
    wanted = register(
        registration.id, registration.application_id, applicant, registration.card_number, registration.expires_on, 0
    )
    pairs = ((name, getattr(registration, name), getattr(wanted, name)) for name in _COMPARED)
    return tuple((name, before, after) for name, before, after in pairs if before != after)


_COMPARED = (
    "name",
    "kana",
    "guardian_name",
    "postal_code",
    "address",
    "phone",
    "email",
    "category",
    "pickup_branch",
    "hold_contact",
)
