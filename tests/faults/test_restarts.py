"""The order in which services start does not matter, nor does which of them is killed in the middle of a journey."""

import asyncio
from collections.abc import Sequence

import pytest

from contracts import SERVICES
from tests.faults.clients import Clerk
from tests.faults.invariants import settled
from tests.faults.journeys import APPROVE, CORRECT, Desk, Journey, picture, travel
from tests.faults.world import World

ROTATIONS = [(*SERVICES[n:], *SERVICES[:n]) for n in range(len(SERVICES))]


@pytest.fixture(scope="module")
async def clerk(world: World) -> Clerk:
    return (await world.clerks())[0]


@pytest.mark.parametrize("order", ROTATIONS, ids=lambda order: f"{order[0]} first")
async def test_services_may_start_in_any_order(world: World, clerk: Clerk, order: Sequence[str]) -> None:
    """The applicant and the staff are there before the first service is; each service starts as the one before answers."""
    for name in SERVICES:
        await world.crash(name)
    journey, desk = Journey(APPROVE), Desk()
    person = world.applicant()
    desk.journeys.append(journey)
    async with asyncio.TaskGroup() as group:
        travelling = group.create_task(travel(person, journey))
        working = group.create_task(desk.work(clerk))
        travelling.add_done_callback(lambda _: working.cancel())
        for name in order:
            await world.restart(name)
            await world.alive(name)
    found = await settled(world.house, [journey], 30)
    assert found.broken == []


@pytest.mark.parametrize("killed", SERVICES)
async def test_a_service_killed_in_the_middle_of_a_journey_changes_nothing_of_its_end(
    world: World, clerk: Clerk, killed: str
) -> None:
    """Killed as the submission, the correction and the approval are on their way, and started again each time."""

    async def crash() -> None:
        await world.crash(killed)
        await world.restart(killed)

    person, journey = world.applicant(), Journey(CORRECT)
    journey.email = person.email
    await person.apply()
    journey.id, journey.receipt_number = person.id, person.receipt_number
    await person.follow_link()
    await person.upload(data=picture("first"))
    await asyncio.gather(person.submit(), crash())
    await clerk.settle(await _case(clerk, person.id), "correct")
    await person.wait_status("correction_requested")
    await asyncio.gather(person.upload(data=picture("second")), crash())
    await person.submit()
    case = await _case(clerk, person.id)
    await asyncio.gather(clerk.settle(case, "approve"), crash())
    journey.status = (await person.wait_status("approved"))["status"]
    await world.house.hasten()
    found = await settled(world.house, [journey], 30)
    assert found.broken == []


async def _case(clerk: Clerk, application: str) -> str:
    while True:
        for case in await clerk.waiting():
            if case["application_id"] == application:
                return str(case["id"])
        await asyncio.sleep(0.1)
