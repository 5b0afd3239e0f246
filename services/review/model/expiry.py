"""The last day of a card: which it is, who is told that it comes, and when it may be renewed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from rules.identity_documents import add_months
from rules.policy_days import Deadlines
from services.review.model.registrations import Registration


def expiry(today: date, validity_years: int) -> date:
    """The last valid day of a card that is given out or renewed today (29 February becomes 28 where it must)."""
    return add_months(today, 12 * validity_years)


def still_valid_until(known: Registration | None, today: date, longest: date) -> date:
    """The last valid day of a card whose details change or that is replaced: as it was.

    A card that has expired, or of which nothing is known here, is valid as if renewed: the same papers were looked at.
    """
    return known.expires_on if known and known.expires_on >= today else longest


@dataclass(frozen=True)
class Notice:
    """Whose card's last day lies from `first` to `last` is told of it, as somebody for whom there are `days` left."""

    days: int
    first: date
    last: date


def notices(days: Iterable[int], today: date) -> list[Notice]:
    """What is to be said today by the policy's days; each card has one of them at most: the nearest."""
    return [
        Notice(each, today + timedelta(days=before + 1), today + timedelta(days=each))
        for before, each in pairwise([-1, *sorted(set(days))])
    ]


def renewal_opens(deadlines: Deadlines, expires_on: date) -> date:
    """The first day on which a card of this last day may be renewed."""
    return expires_on - timedelta(days=deadlines.renewal_opens_days)


def renewal_problem(deadlines: Deadlines, expires_on: date, submitted_on: date, today: date) -> str | None:
    """`renewal_too_early`, `renewal_too_late` or None.

    Too late is who applied too late, however long the case has waited; too early only who would still be today.
    """
    if today < renewal_opens(deadlines, expires_on):
        return "renewal_too_early"
    if submitted_on > expires_on + timedelta(days=deadlines.renewal_closes_days):
        return "renewal_too_late"
    return None
