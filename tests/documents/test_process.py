"""The service as a process of its own."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from chassis.ids import new_id
from chassis.service_tokens import sign
from chassis.settings import decode_key
from tests.documents import pictures
from tools.installation import Installation
from tools.ports import free_ports

ROOT = Path(__file__).parents[2]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def ready(url: str) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def test_it_starts_stores_and_stops_and_leaves_no_process(provisioned: Installation, tmp_path: Path) -> None:
    port = free_ports(["documents"])["documents"]
    environment = {**provisioned.environment("documents"), "OUCHI_PORT": str(port), "OUCHI_STORAGE": tmp_path.as_uri()}
    url = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.documents", cwd=ROOT, env={"PATH": os.environ["PATH"], **environment}
    )
    try:
        await ready(url)
        document, application = new_id(), new_id()
        key = decode_key("key", provisioned.environment("intake")["OUCHI_DOCUMENTS_KEY"])
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
        async with aiohttp.ClientSession() as session:
            answer = await session.put(
                f"{url}/internal/v1/documents/{document}",
                params={"application": str(application), "type": "driving_licence", "side": "front"},
                data=pictures.jpeg(),
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status == 201
        workers = children(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
        assert not [pid for pid in workers if lives(pid)]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
