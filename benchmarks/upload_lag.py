"""How late the documents service's event loop is while eight phone photos are being uploaded to it."""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from benchmarks.images import jpeg
from benchmarks.runner import Row, Runner, short, spread
from chassis.ids import new_id
from chassis.service_tokens import sign
from chassis.settings import decode_key
from tools.installation import Installation
from tools.places import ROOT
from tools.ports import free_ports

T = TypeVar("T")

IN_FLIGHT = 8
#: Photos in one measurement.
PHOTOS = 48


async def measure_upload_lag(runner: Runner) -> Row:
    house = await runner.house()
    photo = await asyncio.to_thread(jpeg, 4032, 3024)
    key = decode_key("OUCHI_DOCUMENTS_KEY", house.environment("intake")["OUCHI_DOCUMENTS_KEY"])
    lags: list[float] = []
    idle: list[float] = []
    glances: list[float] = []
    uploads: list[float] = []
    async with _service(house) as (process, url), aiohttp.ClientSession(url) as session:
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
async def _service(house: Installation) -> AsyncIterator[tuple[Process, str]]:
    port = free_ports(["documents"])["documents"]
    with tempfile.TemporaryDirectory() as storage:
        own = {"OUCHI_PORT": str(port), "OUCHI_STORAGE": Path(storage).as_uri(), "PATH": os.environ["PATH"]}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.upload_lag_service"),
            cwd=ROOT,
            env={**house.environment("documents"), **own},
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=1 << 26,
        )
        try:
            await _ready(f"http://127.0.0.1:{port}")
            yield process, f"http://127.0.0.1:{port}"
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _ready(url: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession(url) as session:
        while True:
            try:
                async with session.get("/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def _upload_all(session: aiohttp.ClientSession, key: bytes, photo: bytes, count: int) -> list[float]:
    """Seconds that each upload took, `IN_FLIGHT` at a time."""
    left = iter(range(count))

    async def lane() -> list[float]:
        return [await _upload(session, key, photo) for _ in left]

    return [each for took in await asyncio.gather(*(lane() for _ in range(IN_FLIGHT))) for each in took]


async def _upload(session: aiohttp.ClientSession, key: bytes, photo: bytes) -> float:
    document, application = new_id(), new_id()
    token = sign(
        key,
        "documents",
        datetime.now(UTC),
        caller="intake",
        purpose="put",
        actor=f"applicant:{application}",
        resource=document,
        owner=application,
    )
    params = {"application": str(application), "type": "driving_licence", "side": "front"}
    headers, began = {"Authorization": f"Bearer {token}"}, time.perf_counter()
    address = f"/internal/v1/documents/{document}"
    async with session.put(address, params=params, data=_pieces(photo), headers=headers) as answer:
        answer.raise_for_status()
        await answer.read()
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
