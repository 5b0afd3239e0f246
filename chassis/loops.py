"""Background work that repeats: sending, sweeping, pruning. A failing round is logged and tried again later."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from chassis import metrics
from chassis.pulse import Pulse
from chassis.telemetry import continued_trace

log = structlog.get_logger()
S = TypeVar("S")


@dataclass(frozen=True)
class Loop(Generic[S]):
    """`round` returns True if there is more to do at once; else it runs again after `seconds`, or when `wake` beats.

    `at_once` says how many such loops run beside each other; a beat wakes one of them.
    """

    name: str
    round: Callable[[S], Awaitable[bool]]
    seconds: float
    wake: Callable[[S], Pulse] | None = None
    at_once: Callable[[S], int] = lambda _service: 1


async def run_loop(loop: Loop[S], service: S) -> None:
    """Run one round after the other, for ever."""
    wake = loop.wake(service) if loop.wake else Pulse()
    failures = 0
    while True:
        try:
            with continued_trace(None):
                more = await loop.round(service)
            failures = 0
        except Exception as error:
            more = False
            failures += 1
            metrics.loop_failures.labels(loop.name).inc()
            log.warning("a round of a loop failed", loop=loop.name, failures=failures, exc_info=error)
        if failures:
            await asyncio.sleep(min(60.0, 0.2 * 2 ** min(failures, 9)) * random.uniform(0.5, 1.0))  # noqa: S311
        elif not more:
            await wake.wait(loop.seconds)
