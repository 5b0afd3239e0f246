"""Rows of the applicant's pages: `first_visit_bytes`, `form_page` and `apply_flow`."""

import asyncio
import re
import secrets
import sys
import zlib
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import aiohttp
import asyncpg
from argon2 import PasswordHasher

from benchmarks.http import Caller, rate, timed
from benchmarks.runner import Row, Runner, short
from benchmarks.submit_to_mail import FORM, percentile
from tools.installation import Installation
from tools.places import ROOT
from tools.ports import free_ports
from tools.system import System

LANES = 16
PAGES, FLOWS = 1500, 240
#: Submissions at once, and GETs meanwhile.
IN_FLIGHT, GLANCES = 50, 200
#: Bytes that a first visit to the form may cost in all.
MOST_BYTES = 60_000
#: zlib finds out by itself which of the two it is.
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IMPORTED = re.compile(r'(?:from|import)\s*\(?["\'](\.{0,2}/[^"\']+)["\']|url\(["\']?([^"\')]+)')
FIELD = re.compile(r"<(?:input|select|textarea)\b")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
BARE = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@asynccontextmanager
async def intake(house: Installation) -> AsyncIterator[str]:
    """Intake as a process of its own; its address."""
    system = System(house)
    [program] = [program for program in system.programs() if program.name == "intake"]
    try:
        await asyncio.to_thread(system.supervisor.start, program)
        await asyncio.to_thread(system.wait_ready)
        yield system.url("intake")
    finally:
        await asyncio.to_thread(system.stop)


async def measure_first_visit_bytes(runner: Runner) -> Row:
    async with intake(await runner.house()) as url, aiohttp.ClientSession(url, auto_decompress=False) as session:
        sent = await _visited(session)
    total = sum(sent.values())
    biggest = sorted(sent.items(), key=lambda item: -item[1])[:6]
    return Row(
        "first_visit_bytes",
        total,
        "bytes",
        MOST_BYTES,
        total / MOST_BYTES,
        (
            f"{len(sent)} answers, headers and bodies as sent; ceiling: what it may be at most",
            ", ".join(f"{path.rpartition('/')[2] or path} {short(size)}" for path, size in biggest),
        ),
    )


async def _visited(session: aiohttp.ClientSession) -> dict[str, int]:
    """Bytes of each answer that a browser fetches to show the form."""
    sent: dict[str, int] = {}
    waiting = ["/apply"]
    while waiting:
        path = waiting.pop()
        if path in sent:
            continue
        async with session.get(path, headers={"Accept-Encoding": "gzip, deflate"}) as answer:
            answer.raise_for_status()
            body = await answer.read()
            head = sum(len(name) + len(value) + 4 for name, value in answer.raw_headers) + len(
                "HTTP/1.1 200 OK\r\n\r\n"
            )
            coded = answer.headers.get("Content-Encoding")
        sent[path] = head + len(body)
        if not path.endswith((".svg", ".png")):
            text = (zlib.decompress(body, GZIP_OR_ZLIB) if coded else body).decode()
            waiting += _fetched(path, text)
    return sent


def _fetched(path: str, text: str) -> list[str]:
    """What a browser goes on to fetch."""
    if path == "/apply":
        return LINKED.findall(text)
    folder = path.rpartition("/")[0]
    names = [name for pair in IMPORTED.findall(text) for name in pair if name and not name.startswith("data:")]
    return [name if name.startswith("/") else f"{folder}/{name.removeprefix('./')}" for name in names]


async def measure_form_page(runner: Runner) -> Row:
    count = runner.scaled(PAGES)
    async with intake(await runner.house()) as url:
        async with aiohttp.ClientSession(url) as session, session.get("/apply") as answer:
            html = await answer.text()
        size, fields = len(html.encode()), len(FIELD.findall(html))
        assert TOKEN.search(html)
        async with _bare_page(size, fields) as bare_url:
            pairs = await runner.interleaved(
                lambda: rate(url, "/apply", count, LANES), lambda: rate(bare_url, "/", count, LANES)
            )
    return pairs.faster("form_page", "pages/s", f"{short(size)} bytes and {fields} fields, {LANES} at once")


@asynccontextmanager
async def _bare_page(size: int, fields: int) -> AsyncIterator[str]:
    port = free_ports(["bare"])["bare"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare_page", str(port), str(size), str(fields)),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        await process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        await process.wait()


async def measure_apply_flow(runner: Runner) -> Row:
    count = runner.scaled(FLOWS)
    house = await runner.house()
    conn = await asyncpg.connect(house.database_url("intake"))
    try:
        async with intake(house) as url:
            received = await conn.fetchval("SELECT count(*) FROM applications")
            pairs = await runner.interleaved(lambda: _flows(url, count), lambda: _hashes(count))
            received = await conn.fetchval("SELECT count(*) FROM applications") - received
            glances = await _glances(url, runner.scaled(GLANCES))
    finally:
        await conn.close()
    assert received == count * (runner.pairs + 1), f"{received} applications"
    return pairs.faster(
        "apply_flow",
        "flows/s",
        f"the form's page and POST /applications, {LANES} at once, {count} a measurement; every one is in the database",
        "bare: argon2id m=19 MiB t=2 p=1 on all cores",
        f"GET /apply with {IN_FLIGHT} submissions in flight: p50 {short(percentile(glances, 50))} ms, "
        f"p99 {short(percentile(glances, 99))} ms; to be at most 100 ms",
    )


async def _flows(url: str, count: int) -> float:
    left = iter(range(count))

    async def lane(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.get("/apply") as page:
                assert TOKEN.search(await page.text())
            await _submit(session)

    sessions = [aiohttp.ClientSession(url) for _ in range(LANES)]
    seconds = await timed(lambda: asyncio.gather(*map(lane, sessions)))
    for session in sessions:
        await session.close()
    return count / seconds


async def _submit(session: aiohttp.ClientSession) -> None:
    form = {**FORM, "email": f"hana.{secrets.token_hex(8)}@example.jp"}
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    async with session.post("/api/v1/applications", json=form, headers=headers) as answer:
        assert answer.status == 201, await answer.text()


async def _glances(url: str, count: int) -> list[float]:
    """Milliseconds that each of `count` GETs takes while there are always `IN_FLIGHT` submissions."""
    taken = []
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def keep_submitting() -> None:
            while True:
                await _submit(session)

        async with asyncio.TaskGroup() as group:
            submitting = [group.create_task(keep_submitting()) for _ in range(IN_FLIGHT)]
            caller = await Caller.connected(url)
            for _ in range(count):
                taken.append(1000 * await timed(lambda: caller.get("/apply")))
                await asyncio.sleep(0.02)
            await caller.close()
            for task in submitting:
                task.cancel()
    return taken


async def _hashes(count: int) -> float:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor() as threads:
        passwords = [secrets.token_hex(8) for _ in range(count)]
        work = (loop.run_in_executor(threads, BARE.hash, password) for password in passwords)
        return count / await timed(lambda: asyncio.gather(*work))
