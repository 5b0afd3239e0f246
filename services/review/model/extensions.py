"""A deadline that staff move: later only, and not for ever."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.errors import FieldError

#: From the day on which it is moved.
LONGEST = timedelta(days=180)
LONGEST_REASON = 200


@dataclass(frozen=True)
class More:
    """What staff send: the version of the case that they read, the new last day, and why."""

    version: int
    correct_by: date
    reason: str


@dataclass(frozen=True)
class Extension:
    """The last day of the correction of this round, as staff moved it."""

    round: int
    correct_by: date
    reason: str
    username: str
    at: datetime


def faults_of(current: date, new: date, reason: str, today: date) -> list[FieldError]:
    """`correct_by`: `not_later`, `in_the_past`, `too_late`; `reason`: `required`, `too_long`."""
    faults = (
        ("correct_by", "not_later", new <= current),
        ("correct_by", "in_the_past", new < today),
        ("correct_by", "too_late", new > today + LONGEST),
        ("reason", "required", not reason.strip()),
        ("reason", "too_long", len(reason) > LONGEST_REASON),
    )
    found: dict[str, FieldError] = {}
    for field, code, wrong in faults:
        if wrong:
            found.setdefault(field, FieldError(field, code))
    return list(found.values())
