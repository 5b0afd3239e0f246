"""The service as a process of its own, and uploads to it: for the tests and for the benchmarks."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from chassis.ids import new_id
from chassis.service_tokens import sign
from chassis.settings import decode_key
from tools.installation import Installation
from tools.places import ROOT
from tools.ports import free_ports


@asynccontextmanager
async def running(house: Installation, module: str, storage: Path) -> AsyncIterator[tuple[Process, str]]:
    """The ready process of `module`, with pipes to it, and its address. It is ended on leaving."""
    url = f"http://127.0.0.1:{(port := free_ports(['documents'])['documents'])}"
    own = {"OUCHI_PORT": str(port), "OUCHI_STORAGE": storage.as_uri(), "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=ROOT,
        env={**house.environment("documents"), **own},
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=1 << 26,
    )
    try:
        await _ready(url)
        yield process, url
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


def key_of(house: Installation) -> bytes:
    """With which intake signs."""
    return decode_key("OUCHI_DOCUMENTS_KEY", house.environment("intake")["OUCHI_DOCUMENTS_KEY"])


async def upload(session: aiohttp.ClientSession, key: bytes, image: Any) -> int:
    """The status of the answer to an upload for an application of its own."""
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
    headers = {"Authorization": f"Bearer {token}"}
    async with session.put(f"/internal/v1/documents/{document}", params=params, data=image, headers=headers) as answer:
        await answer.read()
        return answer.status
