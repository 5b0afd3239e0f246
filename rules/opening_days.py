"""Days on which the library is open, and the days counted in them. Every date is in the library's time zone."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.policy import Policy

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_RULES = ("open", "closed", "next_day")
_LONGEST_SEARCH = 3660


def is_open(policy: "Policy", on: date, branch: str | None = None) -> bool:
    """Whether the library (or one branch, by its own weekdays) is open on this day."""
    opening = policy.opening
    if any(closure.first <= on <= closure.last for closure in opening.closures):
        return False
    found = policy.branch(branch) if branch else None
    weekdays = opening.closed_weekdays
    if found is not None and found.closed_weekdays is not None:
        weekdays = found.closed_weekdays
    holidays = {holiday.on for holiday in opening.holidays}
    if opening.holiday_rule == "closed":
        return on not in holidays and _weekday(on) not in weekdays
    if opening.holiday_rule == "open":
        return on in holidays or _weekday(on) not in weekdays
    if on in holidays:
        return True
    return _weekday(on) not in weekdays and not _moved_closure(on, holidays, weekdays)


def add_opening_days(policy: "Policy", on: date, days: int, branch: str | None = None) -> date:
    """The day that is `days` opening days after `on` (`on` itself does not count; 0 gives `on` or the next open day).

    A library that is closed for years has a date all the same: after ten years of searching, that day.
    """
    day, left = on, days
    for _ in range(_LONGEST_SEARCH):
        if left <= 0 and is_open(policy, day, branch):
            return day
        day += timedelta(days=1)
        if left > 0 and is_open(policy, day, branch):
            left -= 1
    return day


def expected_date(policy: "Policy", submitted_on: date, waiting: int) -> date:
    """By when the decision can be expected, with `waiting` applications before this one.

    As the policy says for usual and busy times, and later where so many cannot be decided by then.
    """
    expected = policy.expected_time
    days = expected.busy_days if waiting >= expected.busy_from else expected.usual_days
    if expected.cases_per_day:
        days = max(days, expected.minimum_days + waiting // expected.cases_per_day)
    return add_opening_days(policy, submitted_on, days)


def correction_deadline(policy: "Policy", on: date) -> date:
    """The last day to correct what was asked for on `on`; never a day on which nobody can be asked for help."""
    return add_opening_days(policy, on + timedelta(days=policy.deadlines.correction_days), 0)


def _weekday(on: date) -> str:
    return WEEKDAYS[on.weekday()]


def _moved_closure(on: date, holidays: set[date], weekdays: tuple[str, ...]) -> bool:
    """Whether the closure of a holiday before this day was moved to it: the next day that is no holiday."""
    before = on - timedelta(days=1)
    while before in holidays:
        if _weekday(before) in weekdays:
            return True
        before -= timedelta(days=1)
    return False
