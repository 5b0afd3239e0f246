"""What the passing of days asks review to say: once, whatever happens at the same time."""

import asyncio
import dataclasses
from datetime import UTC, date, datetime

import pytest

from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, Decision, Reason
from services.review.model.promises import DIGEST
from tests.review import samples
from tests.review.conftest import House

DELAYED, DUE = "review.delayed.v1", "review.digest_due.v1"
#: Samples are promised for 2026-11-26, a Thursday. 09:00 in Japan is 00:00 UTC.
LAST_MOMENT = datetime(2026, 11, 26, 14, 59, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 27, 0, 0, tzinfo=UTC)


async def _all_delayed(house: House) -> int:
    rounds = 0
    while await use_cases.say_delayed(house.review):
        rounds += 1
    return rounds


async def test_a_promise_that_can_still_be_kept_is_not_late(house: House) -> None:
    await house.case()
    house.clock.time = LAST_MOMENT
    assert await _all_delayed(house) == 0
    assert await house.said() == []


async def test_nobody_is_told_at_night(house: House) -> None:
    await house.case()
    for house.clock.time in (LAST_MOMENT.replace(hour=15), NEXT_MORNING.replace(day=26, hour=23, minute=59)):
        assert await _all_delayed(house) == 0
    house.clock.time = NEXT_MORNING
    assert await _all_delayed(house) == 1


async def test_a_late_case_is_told_of_once_with_the_new_day_and_keeps_the_promised_one(house: House) -> None:
    view = await house.case()
    house.clock.time = NEXT_MORNING
    assert await _all_delayed(house) == 1
    house.clock.move(days=30)
    assert await _all_delayed(house) == 0
    # Six opening days from Friday: Mondays are closed.
    data = {"round": 1, "expected_date": "2026-12-04"}
    assert await house.said() == [(DELAYED, view.case.application_id, data)]
    after = (await house.of(view.case.application_id)).case
    assert (after.expected_on, after.version) == (date(2026, 11, 26), view.case.version)


async def test_a_claimed_case_is_late_too(house: House) -> None:
    house.clock.time = NEXT_MORNING
    case = await house.claimed()
    assert await _all_delayed(house) == 1
    decision = Decision(case.version, APPROVE, verdicts=())
    assert (await use_cases.decide(house.review, case.id, house.reviewer, decision)).status == "decided"


async def test_the_next_round_may_be_late_once_more(house: House) -> None:
    case = await house.claimed()
    house.clock.time = NEXT_MORNING
    await _all_delayed(house)
    case = await use_cases.claim(house.review, case.id, house.reviewer)
    correction = Decision(case.version, CORRECT, (Reason("application", "other"),))
    await use_cases.decide(house.review, case.id, house.reviewer, correction)
    assert await _all_delayed(house) == 0, "the applicant has it"
    await house.hear(samples.handed_over(case.application_id, round=2))
    assert await _all_delayed(house) == 1
    assert [data["round"] for type_, _, data in await house.said() if type_ == DELAYED] == [1, 2]


async def test_what_has_ended_is_never_late(house: House) -> None:
    case = await house.claimed()
    decision = Decision(case.version, APPROVE, verdicts=())
    await use_cases.decide(house.review, case.id, house.reviewer, decision)
    withdrawn = await house.case(who=samples.somebody(1))
    await house.hear(samples.withdrawn(withdrawn.case.application_id))
    house.clock.time = NEXT_MORNING
    assert await _all_delayed(house) == 0


async def test_many_replicas_tell_each_applicant_once(house: House) -> None:
    for number in range(6):
        await house.case(who=samples.somebody(number))
    house.clock.time = NEXT_MORNING
    told = await asyncio.gather(*(_all_delayed(house) for _ in range(4)))
    assert sum(told) == 6
    subjects = [subject for type_, subject, _ in await house.said() if type_ == DELAYED]
    assert (len(subjects), len(set(subjects))) == (6, 6)


async def test_a_decision_under_way_is_not_overtaken(house: House) -> None:
    view = await house.case()
    house.clock.time = NEXT_MORNING
    async with house.db.transaction() as tx:
        await tx.conn.execute("SELECT FROM cases WHERE id = $1 FOR UPDATE", view.case.id)
        assert await _all_delayed(house) == 0
    assert await _all_delayed(house) == 1


async def test_the_digest_counts_what_waits_and_names_nobody(house: House) -> None:
    for number, submitted in enumerate(("2026-11-20T01:00:00Z", "2026-11-17T23:00:00Z", "2026-11-26T01:00:00Z")):
        await house.case(who=samples.somebody(number), submitted_at=submitted)
    corrected = await house.claimed(who=samples.somebody(9))
    correction = Decision(corrected.version, CORRECT, (Reason("application", "other"),))
    await use_cases.decide(house.review, corrected.id, house.reviewer, correction)
    await house.hear(samples.mail(corrected.application_id, "failed"))
    house.clock.time = NEXT_MORNING
    assert await use_cases.say_digest(house.review) is False
    [(_, subject, data)] = [each for each in await house.said() if each[0] == DUE]
    assert subject == DIGEST
    assert data == {
        "on": "2026-11-27",
        "waiting": 3,
        "overdue": 3,
        "longest_wait_days": 9,
        "correction_requested": 1,
        "undelivered": 1,
    }


async def test_an_empty_queue_is_said_too(house: House) -> None:
    house.clock.time = NEXT_MORNING
    await use_cases.say_digest(house.review)
    [(_, _, data)] = await house.said()
    assert data == {
        "on": "2026-11-27",
        "waiting": 0,
        "overdue": 0,
        "longest_wait_days": 0,
        "correction_requested": 0,
        "undelivered": 0,
    }


async def test_the_digest_is_said_once_a_day_by_any_number_of_replicas(house: House) -> None:
    house.clock.time = NEXT_MORNING
    await asyncio.gather(*(use_cases.say_digest(house.review) for _ in range(4)))
    house.clock.move(hours=14)
    await use_cases.say_digest(house.review)
    house.clock.move(hours=10)
    await use_cases.say_digest(house.review)
    assert [data["on"] for _, _, data in await house.said()] == ["2026-11-27", "2026-11-28"]


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 26, 23, 59, tzinfo=UTC),
        # Monday 23 November is a holiday and open; Tuesday is closed in its place. The next Monday is closed as always.
        datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        datetime(2026, 11, 30, 3, 0, tzinfo=UTC),
    ],
)
async def test_before_the_hour_and_on_closed_days_there_is_no_digest(house: House, now: datetime) -> None:
    house.clock.time = now
    await use_cases.say_digest(house.review)
    assert await house.said() == []


async def test_a_digest_whose_saying_fails_is_said_the_next_time(house: House) -> None:
    house.clock.time = NEXT_MORNING
    broken = dataclasses.replace(house.review, now=lambda: NEXT_MORNING)
    async with house.db.connection() as conn:
        await conn.execute("ALTER TABLE mails RENAME TO mails_away")
        with pytest.raises(Exception, match="mails"):
            await use_cases.say_digest(broken)
        await conn.execute("ALTER TABLE mails_away RENAME TO mails")
    await use_cases.say_digest(house.review)
    assert len(await house.said()) == 1


async def test_an_application_that_is_handed_over_late_is_told_of_at_once(house: House) -> None:
    house.clock.time = NEXT_MORNING
    application = new_id()
    await house.hear(samples.handed_over(application))
    assert await _all_delayed(house) == 1
