"""The system as processes, people who repeat what was not acknowledged, and a way to look behind everything."""

from collections.abc import AsyncIterator

import pytest

from tests.faults.world import World
from tools.servers import Servers
from tools.system import System


@pytest.fixture(scope="module")
async def world(system: System, servers: Servers) -> AsyncIterator[World]:
    """Nothing of what other tests left in this session's databases and queues."""
    async with World.opened(system, servers) as world:
        await world.clear()
        yield world
