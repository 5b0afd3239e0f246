"""When images go: by how their application ended, counted in days of the library's time zone.

What is heard is joined into what is known so that neither order nor repetition matters: the later round wins, within
a round a decision stands over a withdrawal, that over an expiry and that over the submission, and of equals the
earlier moment counts. What is erased stays erased.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.policy import Policy

OPEN, EXPIRED, WITHDRAWN, REJECTED, APPROVED = "open", "expired", "withdrawn", "rejected", "approved"
ERASED = "erased"
_RANK = {OPEN: 0, EXPIRED: 1, WITHDRAWN: 2, REJECTED: 3, APPROVED: 4, ERASED: 5}


@dataclass(frozen=True)
class Standing:
    """How an application stands, as far as documents has heard: since `decided_at` in its `round`."""

    round: int
    outcome: str
    decided_at: datetime


def joined(known: Standing | None, heard: Standing) -> Standing:
    """What holds after hearing: the same for every order of the same news."""
    return heard if known is None or _weight(heard) > _weight(known) else known


def delete_on(policy: Policy, standing: Standing) -> date | None:
    """The day on which the images go, or None while the application is open."""
    if standing.outcome == OPEN:
        return None
    days: int = 0 if standing.outcome == ERASED else getattr(policy.retention.images, standing.outcome)
    ended_on = standing.decided_at.astimezone(ZoneInfo(policy.time_zone)).date()
    return ended_on + timedelta(days=days)


def unfinished_on(policy: Policy, stored_at: datetime) -> date:
    """The day on which an image goes of whose application no submission was heard."""
    stored_on = stored_at.astimezone(ZoneInfo(policy.time_zone)).date()
    return stored_on + timedelta(days=policy.retention.images.unfinished)


def unfinished_before(policy: Policy, today: date) -> datetime:
    """Images of applications of which no submission was heard go once they were stored before this moment."""
    last_day = today - timedelta(days=policy.retention.images.unfinished)
    return datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(policy.time_zone))


def _weight(standing: Standing) -> tuple[bool, int, int, float]:
    return standing.outcome == ERASED, standing.round, _RANK[standing.outcome], -standing.decided_at.timestamp()
