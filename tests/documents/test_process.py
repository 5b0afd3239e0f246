"""The service as a process of its own."""

import asyncio
import signal
from pathlib import Path

import aiohttp

from tests.conftest import FromService
from tests.documents import pictures
from tests.documents.process import key_of, running, upload
from tools.installation import Installation


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_it_starts_stores_and_stops_and_leaves_no_process(
    provisioned: Installation, database_url: FromService, tmp_path: Path
) -> None:
    await database_url("documents")
    async with running(provisioned, "services.documents", tmp_path) as (process, url):
        async with aiohttp.ClientSession(url) as session:
            assert await upload(session, key_of(provisioned), pictures.jpeg()) == 201
        workers = children(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            # What it logs is read until it ends: a full pipe would hold it up.
            await process.communicate()
        assert process.returncode == 0
        assert not [pid for pid in workers if lives(pid)]
