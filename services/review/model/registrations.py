"""A registration: a person's card, with a life of its own."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.review.model.applications import Applicant
from services.review.model.candidates import Candidate, Person, alike, same_because
from services.review.model.cases import Case
from services.review.model.contacts import Contact

ACTIVE = "active"


@dataclass(frozen=True)
class Cause:
    """Why a registration is made or changed, by whom (None: the applicant, without staff) and when."""

    because: str
    staff_id: UUID | None
    at: datetime


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
    #: The version of that application that the e-mail and `expiry_notice` are from.
    contact_version: int
    #: Whether the person wants to be told before the card expires.
    expiry_notice: bool
    #: Whether staff stopped that, as the person asked: only a later application can ask for it again.
    notice_stopped: bool = False

    @property
    def announced_email(self) -> str | None:
        """The address as the hearers of its events need it: only to tell of holds by mail."""
        return self.email if self.hold_contact == "mail" else None

    @property
    def person(self) -> Person:
        return Person(self.name_key, self.kana_key, self.birth_date, self.address_key, self.phone_key)


def register(
    id_: UUID, case: Case, applicant: Applicant, card_number: str, expires_on: date, version: int
) -> Registration:
    """The registration of this case under this card; `applicant` as staff registered them."""
    return Registration(
        id=id_,
        application_id=case.application_id,
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
        contact_version=case.contact_version,
        expiry_notice=case.expiry_notice,
    )


def is_of_another(registration: Registration, applicant: Applicant) -> bool:
    """Whether neither name nor kana is the registration's: the same birth date alone is a twin's, too."""
    kana_key = applicant.kana.match_key if applicant.kana else None
    return not (alike(registration.name_key, applicant.name.match_key) or alike(registration.kana_key, kana_key))


def as_candidate(registration: Registration, person: Person) -> Candidate:
    """The registration beside the person who applies."""
    return Candidate(
        id=registration.id,
        source="registration",
        reasons=same_because(person, registration.person),
        receipt_number=None,
        card_number=registration.card_number,
        status=registration.status,
        name=registration.name,
        kana=registration.kana,
        birth_date=registration.birth_date,
        address=registration.address,
        phone=registration.phone,
    )


def with_contact(registration: Registration, contact: Contact) -> Registration:
    """With this address and answer. The version grows only where its events say the address, and it is another one."""
    wanted = contact.expiry_notice and not registration.notice_stopped
    after = replace(registration, email=contact.email, expiry_notice=wanted, contact_version=contact.version)
    if after.announced_email == registration.announced_email:
        return after
    return replace(after, version=registration.version + 1)


def without_notice(registration: Registration) -> Registration:
    """Whose person is not to be told before the card expires: whoever kept an address for that hears of it."""
    return replace(registration, version=registration.version + 1, expiry_notice=False, notice_stopped=True)


def differences(
    registration: Registration, case: Case, applicant: Applicant
) -> tuple[tuple[str, str | None, str | None], ...]:
    """(field, as registered, as applied for) of everything that an approval would change (codes as they are)."""
    wanted = register(registration.id, case, applicant, registration.card_number, registration.expires_on, 0)
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
