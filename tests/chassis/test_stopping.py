"""Stopping: whatever a background task makes of its cancellation, the service ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chassis.loops import Loop
from chassis.service import Chassis, Service, running
from chassis.testing import settings_for_tests
from contracts import CONTRACTS, ENVELOPE


@asynccontextmanager
async def _start(_chassis: Chassis, own: list[str]) -> AsyncIterator[list[str]]:
    yield own


async def _deaf_round(told: list[str]) -> bool:
    """Loses its first cancellation, as asyncio.wait_for of Python 3.11 does at the moment of a result."""
    told.append("begun")
    if "cancelled" not in told:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("cancelled")
    return False


async def test_a_task_that_loses_its_cancellation_is_told_again() -> None:
    loop: Loop[list[str]] = Loop("deaf", _deaf_round, seconds=3600)
    service: Service[list[str], list[str]] = Service(
        "notifier", "deaf", Path(__file__).parent, CONTRACTS, ENVELOPE, lambda _env: [], _start, loops=[loop]
    )
    async with asyncio.timeout(20):
        async with running(service, settings_for_tests("postgresql://127.0.0.1:1/none"), []) as started:
            while not started.context:  # noqa: ASYNC110 - the round itself must know of no event
                await asyncio.sleep(0)
    assert started.context == ["begun", "cancelled"]
