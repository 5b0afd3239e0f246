"""The wall clock of review, or of who tells it something, jumps by hours: rounds and leases decide, not times."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from chassis.errors import Conflict
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, Decision
from tests.review import samples
from tests.review.conftest import House

APPROVAL = Decision(1, APPROVE)


async def test_after_a_jump_forward_a_lease_has_ended_and_decides_nothing(house: House) -> None:
    case = await house.claimed()
    house.clock.move(hours=5)
    with pytest.raises(Conflict, match="not_claimed"):
        await use_cases.decide(house.review, case.id, house.reviewer, APPROVAL)
    await use_cases.claim(house.review, case.id, house.colleague)
    assert (await use_cases.decide(house.review, case.id, house.colleague, APPROVAL)).status == "decided"
    assert len(await house.rows("SELECT * FROM registrations")) == 1


async def test_after_a_jump_back_a_lease_still_holds_and_can_be_given_back(house: House) -> None:
    case = await house.claimed()
    house.clock.move(hours=-5)
    with pytest.raises(Conflict, match="held_by_other"):
        await use_cases.claim(house.review, case.id, house.colleague)
    await use_cases.release(house.review, case.id, house.reviewer)
    await use_cases.claim(house.review, case.id, house.colleague)
    assert (await use_cases.decide(house.review, case.id, house.colleague, APPROVAL)).status == "decided"


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_round_counts_by_its_number_and_not_by_its_time(house: House, order: tuple[int, ...]) -> None:
    application = new_id()
    rounds = [samples.handed_over(application, round=number) for number in (1, 2, 3)]
    # The later the round, the earlier intake's clock said it was.
    told = [replace(event, time=event.time - timedelta(hours=5 * event.data["round"])) for event in rounds]
    await house.hear(*(told[index] for index in order), *told)
    view = await house.of(application)
    assert (view.case.round, view.case.status) == (3, "waiting")
    assert len(await house.rows("SELECT * FROM cases")) == 1
