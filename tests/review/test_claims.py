"""Claims."""

import asyncio
from datetime import timedelta

import pytest

from chassis.errors import Conflict, NotFound
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import CLAIMED, WAITING, Case, Claim
from tests.review import samples
from tests.review.conftest import House


async def test_a_case_that_is_not_there_cannot_be_claimed_or_released(house: House) -> None:
    with pytest.raises(NotFound):
        await use_cases.claim(house.review, new_id(), house.reviewer)
    with pytest.raises(NotFound):
        await use_cases.release(house.review, new_id(), house.reviewer)


async def test_a_case_that_a_colleague_holds_is_refused_with_who_and_until_when(house: House) -> None:
    case = await house.claimed()
    with pytest.raises(Conflict) as refused:
        await use_cases.claim(house.review, case.id, house.colleague)
    assert refused.value.code == "held_by_other"
    assert refused.value.detail == "hana さんが 12:15 まで確認中です。"


async def test_a_closed_case_cannot_be_claimed(house: House) -> None:
    view = await house.case()
    await house.hear(samples.withdrawal_requested(view.case.application_id))
    with pytest.raises(Conflict) as refused:
        await use_cases.claim(house.review, view.case.id, house.reviewer)
    assert refused.value.code == "wrong_state"


async def test_two_who_claim_at_once_do_not_both_get_it(house: House) -> None:
    view = await house.case()
    answers = await asyncio.gather(
        *(use_cases.claim(house.review, view.case.id, staff) for staff in (house.reviewer, house.colleague) * 5),
        return_exceptions=True,
    )
    got = {answer.claim.username for answer in answers if isinstance(answer, Case) and answer.claim}
    assert len(got) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 5


async def test_a_claim_lasts_a_quarter_of_an_hour_and_its_holder_renews_it(house: House) -> None:
    case = await house.claimed()
    assert (case.status, case.version) == (CLAIMED, 1)
    assert case.claim == Claim(house.reviewer.id, "hana", house.clock() + timedelta(minutes=15))
    house.clock.move(minutes=10)
    renewed = await use_cases.claim(house.review, case.id, house.reviewer)
    assert renewed == (await use_cases.get_case(house.review, case.id)).case
    assert renewed.claim == Claim(house.reviewer.id, "hana", house.clock() + timedelta(minutes=15))
    house.clock.move(minutes=15)
    waiting = (await use_cases.get_case(house.review, case.id)).case
    assert (waiting.status, waiting.claim) == (WAITING, None)
    taken = await use_cases.claim(house.review, case.id, house.colleague)
    assert taken.claim == Claim(house.colleague.id, "taro", house.clock() + timedelta(minutes=15))


async def test_only_the_holder_gives_a_claim_back(house: House) -> None:
    case = await house.claimed()
    assert (await use_cases.release(house.review, case.id, house.colleague)).status == CLAIMED
    assert (await use_cases.release(house.review, case.id, house.reviewer)).status == WAITING
    assert (await use_cases.release(house.review, case.id, house.reviewer)).claim is None
    assert (await use_cases.claim(house.review, case.id, house.colleague)).status == CLAIMED
    actions = await house.rows("SELECT staff_id, action FROM audit WHERE case_id = $1 ORDER BY id", case.id)
    assert actions == [
        {"staff_id": house.reviewer.id, "action": "claimed"},
        {"staff_id": house.colleague.id, "action": "released_nothing"},
        {"staff_id": house.reviewer.id, "action": "released"},
        {"staff_id": house.reviewer.id, "action": "released_nothing"},
        {"staff_id": house.colleague.id, "action": "claimed"},
    ]
