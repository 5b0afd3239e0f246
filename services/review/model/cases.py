"""A case: review's view of an application. It waits, is claimed for a while, and ends with a decision or is closed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.review.model.candidates import Candidate
from services.review.model.changes import Change, Late
from services.review.model.decisions import PastDecision
from services.review.model.extensions import Extension

WAITING, CLAIMED, CORRECTION_REQUESTED = "waiting", "claimed", "correction_requested"
DECIDED, CLOSED = "decided", "closed"
STATUSES = (WAITING, CLAIMED, CORRECTION_REQUESTED, DECIDED, CLOSED)
#: A filter, not a status: everything that staff can still work on now (waiting or claimed).
OPEN = "open"
#: A filter, too: some mail to the applicant did not arrive, whatever became of the case.
UNDELIVERED = "undelivered"


@dataclass(frozen=True)
class Claim:
    """A staff member's lease on a case."""

    staff_id: UUID
    username: str
    until: datetime


@dataclass(frozen=True)
class Case:
    """`claim` is set, and the status `claimed`, only while the lease lasts: an expired one is as if it never was."""

    id: UUID
    application_id: UUID
    receipt_number: str
    status: str
    #: Grows with everything that staff should have read before they decide; a claim does not change it.
    version: int
    kind: str
    category: str
    language: str
    #: How many times it has been submitted.
    round: int
    #: The first submission.
    submitted_at: datetime
    #: The latest submission.
    waiting_since: datetime
    expected_on: date
    claim: Claim | None
    #: `approve` or `reject` once decided.
    decision: str | None
    #: The version of the application that the case shows; None of what came before this was kept.
    application_version: int | None
    #: The version of the application that e-mail and `expiry_notice` are from.
    contact_version: int
    #: Whether the person wants to be told before the card expires.
    expiry_notice: bool


@dataclass(frozen=True)
class Listed:
    """A case in the queue: no names here."""

    case: Case
    #: To renew a card that review does not know.
    card_unknown: bool
    documents: int
    #: The last word about some mail to the applicant was that it could not be delivered, and nobody has seen to it.
    mail_undelivered: bool


@dataclass(frozen=True)
class Page:
    """`next` is what to ask for as `after`; None at the end."""

    cases: tuple[Listed, ...]
    next: str | None


@dataclass(frozen=True)
class Field:
    """One value of the applicant for people to read. `display` says a code in words; None: not given."""

    name: str
    #: As typed, or the code; None where only the understood value is known (a birth date) or nothing was given.
    raw: str | None
    display: str | None
    #: As staff registered it, where that differs from what was applied for.
    registered: str | None = None


@dataclass(frozen=True)
class Document:
    """An identity document of the case's current round."""

    id: UUID
    type: str
    type_name: str
    side: str
    side_name: str
    #: What the applicant said; None when not asked.
    shows_current_address: bool | None
    width: int
    height: int
    #: Size of the stored image; None until documents has said so.
    bytes: int | None
    warnings: tuple[str, ...]
    #: none, pending or done; None until somebody has said so.
    mask: str | None
    #: When documents destroyed the image, and why (a code); None while it exists.
    deleted_at: datetime | None
    deleted_because: str | None

    @property
    def must_be_masked(self) -> bool:
        """Whether nobody has seen yet to what must be covered on it."""
        return self.mask == "pending" and self.deleted_at is None


@dataclass(frozen=True)
class Check:
    """What a rule or a look into our own data answered, in words. `attention`: staff should look themselves."""

    code: str
    outcome: str
    text: str
    attention: bool


@dataclass(frozen=True)
class Consent:
    """Which version of the library's explanation the applicant agreed to, and when."""

    version: str
    at: datetime


@dataclass(frozen=True)
class Undelivered:
    """Mails that did not arrive: their templates, and how far notifier had counted when that was known."""

    templates: tuple[str, ...]
    until: int


@dataclass(frozen=True)
class CaseView:
    """Everything on one case that staff need to decide."""

    case: Case
    applicant: tuple[Field, ...]
    documents: tuple[Document, ...]
    checks: tuple[Check, ...]
    duplicates: tuple[Candidate, ...]
    #: Others were found too, with no more in common.
    more_duplicates: bool
    #: Who has the card that the applicant named, where that seems to be somebody else of the same birth date.
    card_holder: Candidate | None
    #: Oldest first.
    decisions: tuple[PastDecision, ...]
    card_unknown: bool
    #: Mails whose last word was that they could not be delivered, and that nobody has seen to.
    undelivered: Undelivered
    #: The policy in force at submission.
    policy_version: str
    #: Who typed: self, guardian, helper or staff.
    filled_by: str
    consent: Consent
    #: What the applicant changed: in the correction before this round, and since it was submitted.
    changes: tuple[Change, ...]
    #: What the applicant changed too late for the decision.
    late: tuple[Late, ...]
    #: Documents that came with a correction.
    new_documents: frozenset[UUID]
    #: While a correction is asked for: its last day.
    correct_by: date | None
    #: Oldest first.
    extensions: tuple[Extension, ...]

    @property
    def version(self) -> int:
        return self.case.version
