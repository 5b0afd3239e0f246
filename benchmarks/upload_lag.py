"""How late the documents service's event loop is while eight phone photos are being uploaded to it."""

import asyncio
import json
import statistics
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from benchmarks.images import jpeg
from benchmarks.runner import Row, Runner, short, spread
from tests.documents.process import key_of, running, upload
from tools.installation import Installation

T = TypeVar("T")

IN_FLIGHT = 8
#: Photos in one measurement.
PHOTOS = 48


async def measure_upload_lag(runner: Runner) -> Row:
    house = await runner.house()
    photo = await asyncio.to_thread(jpeg, 4032, 3024)
    key = key_of(house)
    lags: list[float] = []
    idle: list[float] = []
    glances: list[float] = []
    uploads: list[float] = []
    async with _service(house) as (process, session):
        await _upload_all(session, key, photo, IN_FLIGHT)
        for _ in range(max(1, runner.pairs // 2)):
            await _late(process)
            await _glance_during(session, asyncio.sleep(1), [])
            idle.append(_p99(await _late(process)))
            sending = _upload_all(session, key, photo, runner.scaled(PHOTOS))
            uploads += await _glance_during(session, sending, glances)
            lags.append(_p99(await _late(process)))
    median = statistics.median
    notes = (
        f"p99 of the lag of the service's own loop, {IN_FLIGHT} uploads of 12 MP in flight: {spread(lags)} ms",
        f"idle: {spread(idle)} ms (ceiling); ratio: lag over idle lag, less is better; to be under 20 ms",
        f"GET /livez meanwhile: median {short(1000 * median(glances))} ms, p99 {short(_p99(sorted(glances)))} ms",
        f"an upload: {spread(uploads)} s, all {IN_FLIGHT} lanes and the decoders on this machine's cores",
    )
    return Row("upload_lag", median(lags), "ms", median(idle), median(lags) / median(idle), notes)


@asynccontextmanager
async def _service(house: Installation) -> AsyncIterator[tuple[Process, aiohttp.ClientSession]]:
    with tempfile.TemporaryDirectory() as storage:
        async with (
            running(house, "benchmarks.upload_lag_service", Path(storage)) as (process, url),
            aiohttp.ClientSession(url) as session,
        ):
            yield process, session


async def _upload_all(session: aiohttp.ClientSession, key: bytes, photo: bytes, count: int) -> list[float]:
    """Seconds that each upload took, `IN_FLIGHT` at a time."""
    left = iter(range(count))

    async def lane() -> list[float]:
        return [await _timed(session, key, photo) for _ in left]

    return [each for took in await asyncio.gather(*(lane() for _ in range(IN_FLIGHT))) for each in took]


async def _timed(session: aiohttp.ClientSession, key: bytes, photo: bytes) -> float:
    began = time.perf_counter()
    assert await upload(session, key, _pieces(photo)) == 201
    return time.perf_counter() - began


async def _pieces(photo: bytes) -> AsyncIterator[bytes]:
    view = memoryview(photo)
    for start in range(0, len(view), 1 << 16):
        yield bytes(view[start : start + (1 << 16)])


async def _glance_during(session: aiohttp.ClientSession, work: Coroutine[Any, Any, T], glances: list[float]) -> T:
    """What `work` gives; meanwhile `glances` collects the seconds that a small request takes."""
    task = asyncio.create_task(work)
    while not task.done():
        began = time.perf_counter()
        async with session.get("/livez") as answer:
            await answer.read()
        glances.append(time.perf_counter() - began)
        await asyncio.sleep(0.01)
    return await task


async def _late(process: Process) -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    late: list[float] = json.loads(await process.stdout.readline())
    return late


def _p99(in_order: list[float]) -> float:
    """In milliseconds."""
    return 1000 * in_order[len(in_order) * 99 // 100]
