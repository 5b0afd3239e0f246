"""What an applicant is told while waiting: the place in the queue, what was mailed and whether it arrived, and when
images go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from rules.policy import Policy
from services.intake.model.applications import ENDED, Application, Mail, TimelineEntry

FAILED = "failed"
_CHANGED, _TO_THE_FORMER = "contact_changed", "contact_replaced"
_RESUBMITTED, _SUBMITTED = "resubmitted", "application_submitted"


@dataclass(frozen=True)
class Place:
    """The `place`-th of the `waiting`; an estimate, as staff may take another first."""

    place: int
    waiting: int


@dataclass(frozen=True)
class Letter:
    """A mail to the applicant; `former`: it went to the address of before; `of_correction`: it says that a correction
    was received."""

    mail: Mail
    former: bool
    of_correction: bool = False


def letters(mails: Sequence[Mail], timeline: Sequence[TimelineEntry]) -> list[Letter]:
    """The mails, each with whether the address has been changed since, and whether a correction had been sent."""
    changes = [entry.at for entry in timeline if entry.what == _CHANGED]
    corrections = [entry.at for entry in timeline if entry.what == _RESUBMITTED]
    return [
        Letter(
            mail,
            former=mail.template == _TO_THE_FORMER or any(mail.at < at for at in changes),
            of_correction=mail.template == _SUBMITTED and any(mail.at >= at for at in corrections),
        )
        for mail in mails
    ]


def undelivered(sent: Sequence[Letter]) -> bool:
    """Whether the last mail to the address of now came back."""
    last = next((letter for letter in reversed(sent) if not letter.former), None)
    return last is not None and last.mail.state == FAILED


def masked(email: str) -> str:
    """The address for who looks over a shoulder: the owner knows it again, a stranger cannot write to it."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}***@{host}"


def images_go_on(policy: Policy, zone: ZoneInfo, application: Application) -> date | None:
    """The day on which the images are destroyed; None while the application has not ended."""
    if application.ended_at is None or application.status not in ENDED:
        return None
    days: int = getattr(policy.retention.images, application.status)
    return application.ended_at.astimezone(zone).date() + timedelta(days=days)
