"""The last day of a card: who is told that it comes, and when it may be renewed."""

from datetime import date

import pytest

from rules.policy import load_policy
from services.review import use_cases
from services.review.model.expiry import Notice, notices, renewal_problem
from tests.review import samples
from tests.review.conftest import LIBRARY, House
from tests.review.test_registrations import registered

#: 60 days before the last day, 365 after it.
DEADLINES = load_policy(LIBRARY).deadlines
TODAY, LAST = date(2027, 1, 30), date(2027, 3, 31)
EARLY, LATE = "renewal_too_early", "renewal_too_late"


def day(month_and_day: str) -> date:
    return date.fromisoformat(f"2027-{month_and_day}")


def test_each_last_day_belongs_to_the_nearest_notice() -> None:
    near = Notice(14, day("01-30"), day("02-13"))
    assert notices((60, 14), TODAY) == [near, Notice(60, day("02-14"), day("03-31"))]


def test_the_order_of_the_policys_days_and_a_day_named_twice_change_nothing() -> None:
    assert notices((14, 60, 60), TODAY) == notices((60, 14), TODAY)


def test_a_library_that_tells_nobody_has_no_notices() -> None:
    assert notices((), TODAY) == []


@pytest.mark.parametrize(
    ("submitted", "today", "problem"),
    [
        ("2027-01-29", "2027-01-29", EARLY),
        ("2027-01-30", "2027-01-30", None),
        # It was too early then, and is not now.
        ("2027-01-29", "2027-01-30", None),
        ("2027-03-31", "2027-03-31", None),
        # 2028 has a 29 February.
        ("2028-03-30", "2028-03-30", None),
        ("2028-03-31", "2028-03-31", LATE),
        # Who came in time does not pay for our waiting.
        ("2028-03-30", "2028-04-20", None),
    ],
)
def test_a_renewal_is_for_the_days_around_the_last_one(submitted: str, today: str, problem: str | None) -> None:
    days = date.fromisoformat(submitted), date.fromisoformat(today)
    assert renewal_problem(DEADLINES, LAST, *days) == problem


async def shown(house: House, **case: object) -> list[tuple[str, str, bool]]:
    """What the case says of the time of its renewal."""
    view = await house.case(**case)
    return [(check.outcome, check.text, check.attention) for check in view.checks if check.code == "renewal"]


async def test_staff_are_told_of_a_renewal_that_comes_too_early(house: House) -> None:
    who = samples.applicant(card_number=await registered(house))
    # The card is valid until 2031-11-22; 2031-09-23 is 60 days before.
    house.clock.move(days=(date(2031, 9, 22) - date(2026, 11, 22)).days)
    text = "有効期限は2031年11月22日です。更新の受付は9月23日からです。"
    assert await shown(house, kind="renewal", who=who) == [(EARLY, text, True)]
    house.clock.move(hours=12)
    assert await shown(house, kind="renewal", who=who) == []


async def test_a_day_of_another_year_is_said_with_its_year(house: House) -> None:
    who = samples.applicant(card_number=await registered(house))
    await house.rows("UPDATE registrations SET expires_on = '2032-01-31'")
    assert await shown(house, kind="renewal", who=who) == [
        (EARLY, "有効期限は2032年1月31日です。更新の受付は2031年12月2日からです。", True)
    ]


async def test_staff_are_told_of_a_renewal_that_comes_too_late(house: House) -> None:
    who = samples.applicant(card_number=await registered(house))
    house.clock.move(days=7 * 365)
    # Noon in Japan is 03:00 UTC, and midnight 15:00: the day counts that it was in Japan.
    in_time, late = ("2032-11-21T14:59:59Z", "2032-11-21T15:00:00Z")
    text = "有効期限（2031年11月22日）から1年を過ぎています。新規の登録としてお手続きください。"
    assert await shown(house, kind="renewal", who=who, submitted_at=late) == [(LATE, text, True)]
    assert await shown(house, kind="renewal", who=who, submitted_at=in_time) == []


async def test_only_the_renewal_of_this_persons_known_card_has_a_time(house: House) -> None:
    card = await registered(house)
    mine, theirs = samples.applicant(card_number=card), samples.somebody(3, card_number=card)
    others = [("renewal", theirs), ("renewal", samples.applicant(card_number=samples.CARD)), ("new", mine)]
    others += [("change", mine), ("replacement", mine)]
    assert [await shown(house, kind=kind, who=who) for kind, who in others] == [[]] * 5


async def test_a_renewal_that_was_approved_is_not_called_early_afterwards(house: House) -> None:
    who = samples.applicant(card_number=await registered(house))
    house.clock.move(days=5 * 365 - 30)
    assert await shown(house, kind="renewal", who=who) == []
    await registered(house, kind="renewal", who=who)
    [case] = await house.rows("SELECT id FROM cases WHERE status = 'decided' AND kind = 'renewal'")
    view = await use_cases.get_case(house.review, case["id"])
    assert [check.outcome for check in view.checks if check.code == "renewal"] == []
