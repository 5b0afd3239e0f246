"""Until when the applicant has time, when reminders are due, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from rules.pauses import extended, finish_by
from rules.policy import Policy
from services.intake.model import corrections, submission
from services.intake.model.applications import CORRECTION_REQUESTED, PROVISIONAL, Application
from services.intake.model.documents import Document


@dataclass(frozen=True)
class Missing:
    """`item`: email, proof:<what>, document, document:<id>, field:<name>, application, or submission: the last step."""

    item: str
    document_type: str | None = None
    side: str | None = None


def deadline(policy: Policy, zone: ZoneInfo, application: Application) -> date | None:
    """The last day, while the application is the applicant's; None where there is none."""
    if application.status == PROVISIONAL:
        received_on = application.received_at.astimezone(zone).date()
        return finish_by(policy, received_on)
    return correct_by(policy, application) if application.status == CORRECTION_REQUESTED else None


def correct_by(policy: Policy, application: Application) -> date | None:
    """The last day for the corrections that staff asked for."""
    if application.correct_by is None:
        return None
    asked_on = application.correct_by - timedelta(days=policy.deadlines.correction_days)
    return extended(policy, asked_on, application.correct_by)


def reminder_days(policy: Policy, status: str) -> tuple[tuple[int, ...], int]:
    """The policy's days for reminders, counted from the beginning, and how many days there are in all."""
    given = policy.deadlines
    if status == PROVISIONAL:
        return given.provisional_reminder_days, given.provisional_days
    return given.correction_reminder_days, given.correction_days


def due_reminders(policy: Policy, status: str, last_day: date, today: date) -> tuple[int, ...]:
    """The days of the policy whose reminder is due by today, the latest last."""
    days, given = reminder_days(policy, status)
    return tuple(sorted(day for day in days if last_day - timedelta(days=given - day) <= today))


def missing(policy: Policy, application: Application, documents: Sequence[Document], today: date) -> list[Missing]:
    """What the applicant has still to do, in the order in which it is asked for."""
    found = [] if application.email_proven_at else [Missing("email")]
    if application.status == CORRECTION_REQUESTED:
        found += [_asked(item, documents) for item in corrections.unanswered(application)]
    else:
        proofs = submission.missing_proofs(policy, application.applicant, documents, today)
        sides = submission.missing_sides(policy, documents, today)
        found += [Missing(f"proof:{proof}") for proof in proofs]
        found += [Missing("document", type_, side) for type_, side in sides]
    return found or [Missing("submission")]


def _asked(item: str, documents: Iterable[Document]) -> Missing:
    named = next((each for each in documents if item == f"document:{each.id}"), None)
    return Missing(item, named.type, named.side) if named else Missing(item)
