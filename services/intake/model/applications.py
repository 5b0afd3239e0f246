"""An application, its states, and who may end it. Times are UTC, days are in the library's time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from rules.understanding import Understood

PROVISIONAL = "provisional"
SUBMITTED = "submitted"
CORRECTION_REQUESTED = "correction_requested"
APPROVED = "approved"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"
EXPIRED = "expired"
#: Nothing personal is left of it.
ERASED = "erased"
STATUSES = (PROVISIONAL, SUBMITTED, CORRECTION_REQUESTED, APPROVED, REJECTED, WITHDRAWN, EXPIRED, ERASED)
#: While it is one of these the application is the applicant's (and intake's); while submitted it is review's.
OURS = (PROVISIONAL, CORRECTION_REQUESTED)
ENDED = (APPROVED, REJECTED, WITHDRAWN, EXPIRED)

NEW, REPLACEMENT = "new", "replacement"


@dataclass(frozen=True)
class Applicant:
    """Who applies, field by field as typed and as understood. Fields that do not apply are absent from `values`."""

    kind: str
    language: str
    filled_by: str
    values: Mapping[str, Understood]
    #: Consent to a mail before the card expires.
    expiry_notice: bool = False

    def display(self, field: str) -> str:
        """The field as understood, "" where it is absent."""
        value = self.values.get(field)
        return value.display if value else ""


@dataclass(frozen=True)
class Reason:
    """Why staff named an item: `item` is `document:<id>`, `field:<name>` or `application`; `code` is the policy's."""

    item: str
    code: str
    note: str | None


@dataclass(frozen=True)
class Registration:
    """The card that the application led to."""

    id: UUID
    version: int
    card_number: str
    #: The last day on which the card is valid.
    expires_on: date


@dataclass(frozen=True)
class Application:
    """One application. `version` grows with every change of its fields or state, not with its documents."""

    id: UUID
    receipt_number: str
    status: str
    version: int
    #: How many times it has been submitted.
    round: int
    applicant: Applicant
    #: Argon2 hash of the password.
    password_hash: str
    email_proven_at: datetime | None
    consent_version: str
    consented_at: datetime
    received_at: datetime
    submitted_at: datetime | None = None
    expected_on: date | None = None
    policy_version: str | None = None
    outcomes: Mapping[str, str] | None = None
    withdrawal_requested_at: datetime | None = None
    ended_at: datetime | None = None
    #: What staff asked for in this round, and which of it the applicant has answered since.
    corrections: tuple[Reason, ...] = ()
    corrected: frozenset[str] = frozenset()
    correct_by: date | None = None
    rejection: tuple[Reason, ...] = ()
    rejection_note: str | None = None
    registration: Registration | None = None
    #: Our sequence of the event that said the e-mail address: links go to no earlier one.
    contact_sequence: int = 1
    #: The fields as review has them; None until they were handed over.
    handed: Mapping[str, Understood] | None = None
    #: What was changed too late for the decision: the fields as the applicant wanted them.
    missed: Mapping[str, Understood | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One field before and after; None where it was, or is, empty."""

    field: str
    before: Understood | None
    after: Understood | None


@dataclass(frozen=True)
class TimelineEntry:
    """`what`: received, email_proven, submitted, resubmitted, amended, correction_requested, deadline_extended,
    contact_changed, withdrawal_requested, withdrawn, expired, rejected, approved, completed, erased."""

    at: datetime
    what: str


@dataclass(frozen=True)
class Mail:
    """A message to the applicant as notifier reports it; `state`: sent, delayed (will be tried again), failed."""

    template: str
    state: str
    at: datetime
