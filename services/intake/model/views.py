"""What use cases answer with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.errors import FieldError
from rules.understanding import Understood
from services.intake.model.applications import Applicant, Application, Change, Mail, Reason, Registration, TimelineEntry
from services.intake.model.documents import Document


@dataclass(frozen=True)
class Understanding:
    """A form as understood: `applicant` is None where anything is wrong. `errors` carry Japanese messages.

    `values` holds every field that was typed and can be shown back (raw, display, error, notes, suggest), also where
    something is wrong; a field that does not apply (a guardian's name for an adult) is left out.
    """

    applicant: Applicant | None
    errors: list[FieldError]
    values: dict[str, Understood]


@dataclass(frozen=True)
class DraftAt:
    """Where something is kept: the token that a browser has for all its drafts, and which of them a page was about, in
    the version that it showed; None where it was about none."""

    token: str | None = None
    id: UUID | None = None
    version: int | None = None


@dataclass(frozen=True)
class Draft:
    """What was typed, before it is registered. `form` never holds a password."""

    id: UUID
    #: Grows with every change.
    version: int
    form: Mapping[str, str]
    has_password: bool
    #: Set once registered; then `form` is empty.
    application_id: UUID | None
    saved_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class KeptDraft:
    """`token` goes into a cookie; only its hash is stored."""

    token: str
    draft: Draft

    @property
    def at(self) -> DraftAt:
        """Where it is found."""
        return DraftAt(self.token, self.draft.id, self.draft.version)


@dataclass(frozen=True)
class SavedDraft(KeptDraft):
    """One that is understood, too."""

    understanding: Understanding


@dataclass(frozen=True)
class SignedIn:
    """`token` opens exactly this application."""

    token: str
    application: Application


@dataclass(frozen=True)
class Session:
    """What a token opens, as it is now, and until when: `ends_at` grows with every use, up to `last_at`."""

    application_id: UUID
    version: int
    receipt_number: str
    ends_at: datetime
    last_at: datetime

    @property
    def extendable(self) -> bool:
        """Whether use makes it last longer."""
        return self.ends_at < self.last_at


@dataclass(frozen=True)
class OpenCorrection:
    """One item that staff asked to mend; `done` once the applicant has answered it."""

    reason: Reason
    done: bool


@dataclass(frozen=True)
class ApplicationView:
    """Everything that the applicant may see of an application."""

    application: Application
    documents: tuple[Document, ...]
    #: Those that staff named, also where the applicant has replaced them since.
    named_documents: tuple[Document, ...]
    timeline: tuple[TimelineEntry, ...]
    corrections: tuple[OpenCorrection, ...]
    #: The last day for the corrections.
    correct_by: date | None
    #: Fields that `change_application` takes now.
    open_fields: tuple[str, ...]
    #: By when a decision can be expected, from the submission on; before it, if submitted today.
    expected_on: date | None
    #: Proofs that the documents do not give yet: name, birth_date, current_address, work_or_school.
    missing: tuple[str, ...]
    #: (type, side) of each side that a document that was begun still needs.
    missing_sides: tuple[tuple[str, str], ...]
    #: Set once approved and completed.
    registration: Registration | None
    mails: tuple[Mail, ...]
    #: While submitted or to be corrected: what is otherwise now than staff were given, or last saw, it.
    changed: tuple[Change, ...]
    #: What was changed too late for the decision.
    missed: tuple[Change, ...]


@dataclass(frozen=True)
class Submitted:
    """`expected_on` is the day by which a decision can be expected."""

    status: str
    expected_on: date
