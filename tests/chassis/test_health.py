"""What a service says of itself costs nobody else their time."""

import asyncio

import pytest
from aiohttp.test_utils import make_mocked_request

from chassis import health, metrics
from tests.chassis import loads
from tests.chassis.conftest import Wires


async def test_nobody_waits_while_many_kinds_of_answers_are_counted(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = [f"/made-up/{number}" for number in range(1000)]
    for route in routes:
        metrics.requests.labels("GET", route, "200").observe(1)
    try:
        with loads.measured(monkeypatch) as steps:
            answer = await health.measured(wires.sender, make_mocked_request("GET", "/metrics"))
            # A step is counted when it ends.
            await asyncio.sleep(0)
    finally:
        for route in routes:
            metrics.requests.remove("GET", route, "200")
    assert isinstance(answer.body, bytes)
    assert (b'route="/made-up/999"' in answer.body, steps.longest < loads.MOST) == (True, True)
