"""The short form of `make faults`: nothing is lost and nothing doubled while everything is killed once.

PostgreSQL runs with fsync off here: a killed server keeps what it wrote, for the operating system lives on. What a power
cut does to a disk is not tried.
"""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from tests.faults.storm import TARGETS, Plan, new_seed, rage
from tests.faults.world import World


async def _hasten(world: World) -> None:
    """Minutes pass in seconds for what a crash leaves behind."""
    while True:
        with suppress(OSError, asyncpg.PostgresError):
            await world.house.hasten()
        await asyncio.sleep(2)


@pytest.mark.timeout(300)
async def test_every_invariant_holds_after_everything_was_killed_once(world: World) -> None:
    hastening = asyncio.create_task(_hasten(world))
    try:
        found = await rage(world, Plan(28, len(TARGETS), new_seed()), 60, print)
    finally:
        hastening.cancel()
    print(found)
    assert found.broken == []
