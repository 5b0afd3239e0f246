"""Days in the policy: when staff work, what is due when, and how long things are kept. Calendar days unless said otherwise."""

from dataclasses import dataclass
from datetime import date

from rules.policy_library import Texts


@dataclass(frozen=True)
class Holiday:
    on: date
    name: str


@dataclass(frozen=True)
class Closure:
    first: date
    last: date
    name: Texts


@dataclass(frozen=True)
class Opening:
    """When staff work. `holiday_rule`: open, closed, or next_day (a holiday on a closed weekday moves the closure)."""

    closed_weekdays: tuple[str, ...]
    holiday_rule: str
    holidays: tuple[Holiday, ...] = ()
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True)
class Pause:
    """No applications are received from `first` to `last`; `notice` stands on every page and says why."""

    first: date
    last: date
    notice: Texts


@dataclass(frozen=True)
class Deadlines:
    """`renewal_opens_days` before a card expires and `renewal_closes_days` after it, it may be renewed."""

    provisional_days: int
    provisional_reminder_days: tuple[int, ...]
    correction_days: int
    correction_reminder_days: tuple[int, ...]
    correction_rounds: int
    link_hours: int
    password_reset_minutes: int
    renewal_opens_days: int
    renewal_closes_days: int
    renewal_notice_days: tuple[int, ...]


@dataclass(frozen=True)
class ExpectedTime:
    """Opening days from submission to decision; from `busy_from` waiting applications on, `busy_days` holds.

    `cases_per_day`: how many staff decide on an opening day; a queue that takes longer moves the date. 0: not known.
    `told_from_hour`: nobody is told of a delay, or of a card that expires, before this hour of the day.
    """

    minimum_days: int
    usual_days: int
    busy_days: int
    busy_from: int
    usual: Texts
    busy: Texts
    told_from_hour: int = 9
    cases_per_day: int = 0


@dataclass(frozen=True)
class StaffDigest:
    """Who among the staff is mailed what waits, on opening days from this hour on; without addresses nobody is."""

    hour: int = 9
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Days:
    """Days after each end of an application."""

    approved: int
    rejected: int
    withdrawn: int
    expired: int


@dataclass(frozen=True)
class ImageDays(Days):
    """`unfinished`: days after the upload where the application was never submitted."""

    unfinished: int = 30


@dataclass(frozen=True)
class Retention:
    images: ImageDays
    applications: Days
    registrations_after_expiry: int
    audit: int
