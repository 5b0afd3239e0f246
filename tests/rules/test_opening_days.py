from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rules.opening_days import add_opening_days, correction_deadline, expected_date, is_open
from rules.policy import Policy

DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31))


def test_mondays_are_closed_unless_they_are_holidays_and_then_the_next_day_is(policy: Policy) -> None:
    assert not is_open(policy, date(2026, 11, 16))
    assert is_open(policy, date(2026, 11, 23))  # 勤労感謝の日, a Monday
    assert not is_open(policy, date(2026, 11, 24))


def test_a_closure_moves_past_a_row_of_holidays(policy: Policy) -> None:
    assert [is_open(policy, date(2026, 9, day)) for day in (21, 22, 23, 24, 25)] == [True, True, True, False, True]


def test_new_year_is_closed(policy: Policy) -> None:
    assert not any(is_open(policy, date(2026, 12, day)) for day in (29, 30, 31))
    assert not is_open(policy, date(2027, 1, 3))


def test_the_other_holiday_rules_hold_too(policy: Policy) -> None:
    monday = date(2026, 11, 23)
    closed = replace(policy, opening=replace(policy.opening, holiday_rule="closed"))
    always = replace(policy, opening=replace(policy.opening, holiday_rule="open"))
    assert not is_open(closed, monday)
    assert is_open(always, monday)
    assert is_open(always, date(2026, 11, 24))


def test_a_branch_may_have_its_own_weekdays(policy: Policy) -> None:
    branches = tuple(replace(branch, closed_weekdays=("fri",)) for branch in policy.branches)
    own = replace(policy, branches=branches)
    assert is_open(own, date(2026, 11, 16), "ueki")
    assert not is_open(own, date(2026, 11, 20), "ueki")


@given(on=DAYS, days=st.integers(0, 60))
def test_counting_ends_on_an_open_day_with_that_many_open_days_between(policy: Policy, on: date, days: int) -> None:
    end = add_opening_days(policy, on, days)
    assert is_open(policy, end)
    between = (date.fromordinal(day) for day in range(on.toordinal() + 1, end.toordinal() + 1))
    assert days == 0 or sum(is_open(policy, day) for day in between) == days


def test_a_library_closed_for_ever_does_not_hang_the_service(policy: Policy) -> None:
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    shut = replace(policy, opening=replace(policy.opening, closed_weekdays=week, holidays=()))
    assert add_opening_days(shut, date(2026, 11, 22), 3) > date(2036, 1, 1)


def test_many_waiting_applications_move_the_expected_date(policy: Policy) -> None:
    on = date(2026, 11, 17)
    busy_from = policy.expected_time.busy_from
    assert expected_date(policy, on, busy_from - 1) == date(2026, 11, 23)
    assert expected_date(policy, on, busy_from) > expected_date(policy, on, 0)


def test_a_queue_longer_than_staff_can_decide_moves_the_date_day_by_day(policy: Policy) -> None:
    on = date(2026, 11, 17)
    slow = replace(policy, expected_time=replace(policy.expected_time, cases_per_day=10))
    dates = [expected_date(slow, on, waiting) for waiting in (0, 39, 40, 50, 60)]
    assert dates == [date(2026, 11, day) for day in (23, 23, 25, 26, 27)]
    unknown = replace(policy, expected_time=replace(policy.expected_time, cases_per_day=0))
    assert expected_date(unknown, on, 99) == dates[0]


def test_a_correction_is_never_due_on_a_closed_day(policy: Policy) -> None:
    assert correction_deadline(policy, date(2026, 11, 17)) == date(2026, 12, 1)
    assert correction_deadline(policy, date(2026, 12, 16)) == date(2027, 1, 5)
