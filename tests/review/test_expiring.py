"""Who wants it is told before the card expires: on the policy's days, once each, whatever happens at the same time."""

import asyncio
import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.review import use_cases
from services.review.use_cases import Review
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_registrations import registered

EXPIRING = "registration.expiring.v1"
#: Five years after the clock's own day.
LAST = date(2031, 11, 22)
MAIL = "hana@example.jp"


def morning(left: int) -> datetime:
    """The policy's hour, 09:00 in Japan, so many days before the last one."""
    return datetime.combine(LAST - timedelta(days=left), time(), UTC)


async def tell(review: Review) -> int:
    """How many are told now."""
    told = 0
    while await use_cases.say_expiring(review):
        told += 1
    return told


async def told(house: House, *left: int) -> list[int]:
    """How many are told on each of these mornings."""
    counts = []
    for days in left:
        house.clock.time = morning(days)
        counts.append(await tell(house.review))
    return counts


async def expiring(house: House) -> list[Any]:
    return [data for type_, _, data in await house.said() if type_ == EXPIRING]


async def test_who_did_not_ask_is_never_told(house: House) -> None:
    for number, answer in enumerate((False, None)):
        await registered(house, who=samples.somebody(number), expiry_notice=answer)
    assert await told(house, *range(62, -3, -1)) == [0] * 65


async def test_who_asked_is_told_on_each_of_the_policys_days_and_on_no_other(house: House) -> None:
    await registered(house, expiry_notice=True)
    days = list(range(62, -3, -1))
    assert [day for day, count in zip(days, await told(house, *days), strict=True) if count] == [60, 14]
    assert len(await expiring(house)) == 2


async def test_nothing_is_said_before_the_policys_hour(house: House) -> None:
    await registered(house, expiry_notice=True)
    house.clock.time = morning(60) - timedelta(seconds=1)
    assert await tell(house.review) == 0
    house.clock.time = morning(60)
    assert await tell(house.review) == 1


async def test_after_the_last_day_nothing_is_said(house: House) -> None:
    await registered(house, expiry_notice=True)
    assert await told(house, -1) == [0]


async def test_on_the_last_day_itself_it_is_still_said(house: House) -> None:
    await registered(house, expiry_notice=True)
    assert await told(house, 0) == [1]


async def test_of_several_that_came_while_the_server_was_off_only_the_nearest_is_said(house: House) -> None:
    await registered(house, expiry_notice=True)
    assert await told(house, 10, 9, 0) == [1, 0, 0]


async def test_it_says_what_was_said_of_the_registration_and_changes_nothing(house: House) -> None:
    await registered(house, expiry_notice=True)
    rows = "SELECT id, version, expires_on, email, changed_at FROM registrations"
    before = await house.rows(rows)
    [_, (_, subject, completed)] = await house.said()
    await told(house, 60)
    assert (await house.said())[-1] == (EXPIRING, subject, completed)
    assert await house.rows(rows) == before


@pytest.mark.parametrize(("hold_contact", "email"), [("mail", MAIL), ("phone", None), ("none", None)])
async def test_the_address_is_in_it_only_where_holds_are_told_by_mail(
    house: House, hold_contact: str, email: str | None
) -> None:
    await registered(house, who=samples.applicant(hold_contact=hold_contact), expiry_notice=True)
    await told(house, 60)
    assert [data["registrant"]["email"] for data in await expiring(house)] == [email]


async def test_after_a_renewal_it_begins_anew_with_the_later_day(house: House) -> None:
    card = await registered(house, expiry_notice=True)
    assert await told(house, 60, 14) == [1, 1]
    await registered(house, kind="renewal", who=samples.applicant(card_number=card), expiry_notice=True)
    # Renewed 14 days before, for five years from then: 2036-11-08.
    house.clock.time = datetime(2036, 9, 8, tzinfo=UTC)
    assert await tell(house.review) == 0
    house.clock.time = datetime(2036, 9, 9, tzinfo=UTC)
    assert await tell(house.review) == 1
    assert [data["expires_on"] for data in await expiring(house)] == ["2031-11-22", "2031-11-22", "2036-11-08"]


async def test_other_details_with_the_same_last_day_are_no_reason_to_say_it_again(house: House) -> None:
    card = await registered(house, expiry_notice=True)
    assert await told(house, 60) == [1]
    moved = samples.applicant(card_number=card, address=samples.typed("熊本市例町9"))
    await registered(house, kind="change", who=moved, expiry_notice=True)
    assert await told(house, 59, 15, 14) == [0, 0, 1]
    assert [data["version"] for data in await expiring(house)] == [1, 2]


@pytest.mark.parametrize(("first", "latest"), [(True, False), (False, True), (True, None)])
async def test_the_answer_of_the_latest_application_counts(house: House, first: bool, latest: bool | None) -> None:
    card = await registered(house, expiry_notice=first)
    await registered(house, kind="change", who=samples.applicant(card_number=card), expiry_notice=latest)
    assert await told(house, 60) == [int(latest or False)]


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True), (True, None)])
async def test_the_answer_may_change_after_the_approval(house: House, before: bool, after: bool | None) -> None:
    await registered(house, expiry_notice=before)
    [row] = await house.rows("SELECT application_id FROM registrations")
    await house.hear(samples.contact_changed(row["application_id"], 9, MAIL, expiry_notice=after))
    assert await told(house, 60) == [int(after or False)]


async def test_whose_card_was_cancelled_is_not_told(house: House) -> None:
    await registered(house, expiry_notice=True)
    await house.rows("UPDATE registrations SET status = 'cancelled'")
    assert await told(house, 60) == [0]


def with_days(review: Review, *days: int) -> Review:
    """Review under a policy with these days."""
    deadlines = dataclasses.replace(review.policy.deadlines, renewal_notice_days=days)
    return dataclasses.replace(review, policy=dataclasses.replace(review.policy, deadlines=deadlines))


async def test_the_days_are_those_of_the_policy_in_force(house: House) -> None:
    await registered(house, expiry_notice=True)
    assert await told(house, 60) == [1]
    counts = []
    for house.clock.time in map(morning, (31, 30, 14, 7)):
        counts.append(await tell(with_days(house.review, 30, 7)))
    assert counts == [0, 1, 0, 1]


async def test_who_was_told_on_a_nearer_day_is_not_told_on_one_that_the_policy_adds_before_it(house: House) -> None:
    await registered(house, expiry_notice=True)
    assert await told(house, 14) == [1]
    house.clock.time = morning(13)
    assert await tell(with_days(house.review, 21, 7)) == 0


async def test_many_replicas_tell_each_person_once(house: House) -> None:
    for number in range(8):
        await registered(house, who=samples.somebody(number), expiry_notice=True)
    house.clock.time = morning(14)
    assert sum(await asyncio.gather(*(tell(house.review) for _ in range(4)))) == 8
    subjects = [subject for type_, subject, _ in await house.said() if type_ == EXPIRING]
    assert (len(subjects), len(set(subjects))) == (8, 8)


async def test_a_registration_that_is_just_changed_is_left_for_the_next_time(house: House) -> None:
    await registered(house, expiry_notice=True)
    async with house.db.transaction() as tx:
        await tx.conn.execute("SELECT FROM registrations FOR UPDATE")
        assert await told(house, 60) == [0]
    assert await told(house, 60) == [1]


async def test_what_could_not_be_said_is_said_the_next_time(house: House) -> None:
    await registered(house, expiry_notice=True)
    house.clock.time = morning(60)
    async with house.db.connection() as conn:
        await conn.execute("ALTER TABLE outbox_subjects RENAME TO outbox_subjects_away")
        with pytest.raises(Exception, match="outbox_subjects"):
            await tell(house.review)
        await conn.execute("ALTER TABLE outbox_subjects_away RENAME TO outbox_subjects")
    assert await tell(house.review) == 1
