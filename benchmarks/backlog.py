"""Rows `relay_backlog` and `consume_backlog`: how steadily a large backlog drains, and what memory that takes.

The value is the last tenth's rate, the ceiling the first tenth's.
"""

import resource
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from prometheus_client import REGISTRY

from benchmarks import consume, relay
from benchmarks.messages import QUEUE, TYPE, depth, fill_outbox, messages
from benchmarks.runner import Row, Runner, short, until

BACKLOG = 100_000
#: Filled in portions, so that what is measured has no memory of our own to reuse.
PORTION = 10_000


async def measure_relay_backlog(runner: Runner) -> Row:
    count = runner.scaled(BACKLOG)
    async with relay.bench(await runner.house()) as at:
        for portion in portions(count):
            await fill_outbox(at.filling, messages(portion))
        async with relay.relaying(at):
            row = await drained("relay_backlog", count, confirmed)
        queue = await at.admin.get_queue(QUEUE)
        await until(partial(holds, at, count))
        await queue.purge()
        await at.filling.execute("TRUNCATE outbox")
    return row


async def measure_consume_backlog(runner: Runner) -> Row:
    count = runner.scaled(BACKLOG)
    async with consume.bench(await runner.house()) as at:
        for portion in portions(count):
            await consume.waiting(at, portion)
        async with consume.running(consume.consuming(at)):
            row = await drained("consume_backlog", count, consume.handled)
        await consume.verify(at, count)
    return row


def portions(count: int) -> list[int]:
    return [min(PORTION, count - first) for first in range(0, count, PORTION)]


async def drained(name: str, count: int, done: Callable[[], float]) -> Row:
    """Wait until `done` has grown by `count`, and look at the clock and the memory at every tenth."""
    before = done()
    marks, memory = [time.perf_counter()], [resident_megabytes()]
    for tenth in range(1, 11):
        await until(partial(reached, done, before + count * tenth / 10))
        marks.append(time.perf_counter())
        memory.append(resident_megabytes())
    rates = [count / 10 / (later - earlier) for earlier, later in pairwise(marks)]
    return Row(
        name,
        rates[-1],
        "events/s",
        rates[0],
        rates[-1] / rates[0],
        (
            f"{count:,} events of 2 KB, each once; every tenth, events/s: {' '.join(short(rate) for rate in rates)}",
            f"memory at every tenth, MB: {' '.join(short(megabytes) for megabytes in memory[1:])}",
        ),
    )


async def reached(done: Callable[[], float], count: float) -> bool:
    return done() >= count


async def holds(at: relay.Bench, count: int) -> bool:
    return await depth(at.admin, QUEUE) == count


def confirmed() -> float:
    """How many events the broker has confirmed to this process."""
    return REGISTRY.get_sample_value("events_published_total", {"type": TYPE, "outcome": "confirmed"}) or 0.0


def resident_megabytes() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
