"""The last day of a card: who is told that it comes."""

from datetime import date

from services.review.model.expiry import Notice, notices

TODAY = date(2027, 1, 30)


def day(month_and_day: str) -> date:
    return date.fromisoformat(f"2027-{month_and_day}")


def test_each_last_day_belongs_to_the_nearest_notice() -> None:
    near = Notice(14, day("01-30"), day("02-13"))
    assert notices((60, 14), TODAY) == [near, Notice(60, day("02-14"), day("03-31"))]


def test_the_order_of_the_policys_days_and_a_day_named_twice_change_nothing() -> None:
    assert notices((14, 60, 60), TODAY) == notices((60, 14), TODAY)


def test_a_library_that_tells_nobody_has_no_notices() -> None:
    assert notices((), TODAY) == []
