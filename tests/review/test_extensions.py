"""More time for a correction: later only, with a reason, said once for each day that was given."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.errors import Conflict, Invalid, NotFound
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import CORRECT, Case, Decision, Reason
from services.review.model.extensions import More
from tests.review import samples
from tests.review.conftest import House

CORRECTION = Decision(1, CORRECT, (Reason("application", "other", "電話ください"),))
#: Two weeks after the clock's day.
LAST_DAY = date(2026, 12, 6)
LATER = date(2026, 12, 20)


async def asked(house: House) -> Case:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    return case


async def test_more_time_is_said_with_the_same_items_and_the_later_day(house: House) -> None:
    case = await asked(house)
    await use_cases.extend(house.review, case.id, house.colleague, More(2, LATER, " 入院中 "))
    first, second = await house.said()
    assert second[:2] == ("review.correction_requested.v1", case.application_id)
    assert second[2] == {**first[2], "deadline": "2026-12-20", "previous_deadline": "2026-12-06"}
    view = await use_cases.get_case(house.review, case.id)
    assert (view.case.status, view.correct_by) == ("correction_requested", LATER)
    assert [(each.correct_by, each.reason, each.username) for each in view.extensions] == [(LATER, "入院中", "taro")]
    [written] = await house.rows("SELECT detail FROM audit WHERE action = 'deadline_extended'")
    assert written["detail"] == {"round": 1, "correct_by": "2026-12-20"}


@pytest.mark.parametrize(
    ("day", "reason", "fault"),
    [
        (LAST_DAY, "入院中", ("correct_by", "not_later")),
        (LAST_DAY - timedelta(1), "入院中", ("correct_by", "not_later")),
        (date(2027, 5, 22), "入院中", ("correct_by", "too_late")),
        (LATER, " ", ("reason", "required")),
        (LATER, "長" * 201, ("reason", "too_long")),
    ],
)
async def test_an_earlier_day_or_no_reason_is_refused(
    house: House, day: date, reason: str, fault: tuple[str, str]
) -> None:
    case = await asked(house)
    before = await house.said()
    with pytest.raises(Invalid) as refused:
        await use_cases.extend(house.review, case.id, house.reviewer, More(2, day, reason))
    assert [(error.field, error.code) for error in refused.value.errors] == [fault]
    assert await house.said() == before


async def test_only_a_correction_that_is_asked_for_has_a_deadline(house: House) -> None:
    waiting = await house.case()
    with pytest.raises(Conflict):
        await use_cases.extend(house.review, waiting.case.id, house.reviewer, More(2, LATER, "入院中"))
    with pytest.raises(NotFound):
        await use_cases.extend(house.review, new_id(), house.reviewer, More(2, LATER, "入院中"))
    case = await asked(house)
    await house.hear(samples.handed_over(case.application_id, round=2))
    with pytest.raises(Conflict):
        await use_cases.extend(house.review, case.id, house.reviewer, More(2, LATER, "入院中"))
    assert (await use_cases.get_case(house.review, case.id)).correct_by is None


async def test_the_deadline_of_another_round_than_was_read_is_not_moved(house: House) -> None:
    case = await asked(house)
    await house.hear(samples.handed_over(case.application_id, round=2))
    again = await use_cases.claim(house.review, case.id, house.reviewer)
    await use_cases.decide(house.review, case.id, house.reviewer, replace(CORRECTION, version=again.version))
    with pytest.raises(Conflict, match="stale_version"):
        await use_cases.extend(house.review, case.id, house.reviewer, More(2, LATER, "入院中"))
    assert (await use_cases.get_case(house.review, case.id)).correct_by == LAST_DAY


async def test_a_deadline_from_before_days_were_kept_is_the_policys(house: House) -> None:
    case = await asked(house)
    async with house.db.transaction() as tx:
        await tx.conn.execute("UPDATE cases SET correct_by = NULL")
    assert (await use_cases.get_case(house.review, case.id)).correct_by == LAST_DAY
