"""The report, and the commands as an operator runs them."""

import asyncio
import base64
import os
import sys
from pathlib import Path

from chassis.testing import deliver, heard
from services.documents.app import HANDLERS
from services.documents.use_cases import reporting
from tests.documents.conftest import CALLERS, SEEDS, House, write_keys

ROOT = Path(__file__).parents[2]


def encoded(keys: dict[str, bytes]) -> str:
    return ",".join(f"{name}={base64.b64encode(key).decode()}" for name, key in keys.items())


def environment(house: House, keys: Path) -> dict[str, str]:
    """The service's settings for a process of its own."""
    return {
        "OUCHI_PORT": "1",
        "OUCHI_DATABASE_URL": house.database_url,
        "OUCHI_AMQP_URL": "amqp://127.0.0.1:1/",
        "OUCHI_SECRET_KEY": base64.b64encode(SEEDS["intake"]).decode(),
        "OUCHI_LIBRARY": house.settings.library,
        "OUCHI_STORAGE": house.settings.storage,
        "OUCHI_MASTER_KEYS_FILE": str(keys),
        "OUCHI_CALLER_KEYS": encoded(CALLERS),
    }


async def run(house: House, keys: Path, *arguments: str) -> tuple[int | None, list[str]]:
    """The command as a process of its own: its status and the lines of its output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "services.documents", *arguments),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment(house, keys)},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode().splitlines()


async def test_the_report_names_every_deletion_and_what_goes_when(house: House) -> None:
    gone, _, _ = [await house.stored() for _ in range(3)]
    await house.delete(gone, why="individual_number")
    lines = [line async for line in reporting.report(house.vault, None)]
    assert lines == [
        "deleted at, document, application, type/side, stored on, why, by",
        f"2026-11-22T12:00:00+0900  {gone}  {house.application}  driving_licence/front  2026-11-22"
        f"  individual_number  applicant:{house.application}",
        "1 deleted, the keys of all of them destroyed",
        "goes on, why, documents",
        "2026-12-22  unfinished  2",
        "0 folders in the storage that belong to no document: the sweep takes them after an hour",
    ]
    event = heard("review.approved.v1", "review", house.application, {"round": 1})
    await deliver(house.vault, house.vault.db, HANDLERS, event)
    house.clock.move(days=1)
    later = [line async for line in reporting.report(house.vault, house.clock())]
    assert later[1:5] == [
        "0 deleted, the keys of all of them destroyed",
        "goes on, why, documents",
        "2026-11-29  approved  2",
        later[4],
    ]


async def test_the_commands_run_beside_the_service(house: House) -> None:
    await house.stored()
    keys = house.settings.master_keys
    both = write_keys(keys.with_name("both"), {**house.vault.keys.by_name, "k2": SEEDS["review"]})
    assert await run(house, both, "rotate") == (0, ["1 keys are wrapped by k2 now."])
    assert await run(house, keys, "rotate") == (1, ["0 keys are wrapped by k1 now."])
    status, lines = await run(house, both, "report", "--since", "2026-11-22")
    assert (status, lines[1]) == (0, "0 deleted, the keys of all of them destroyed")
    assert (await run(house, both, "report", "--since", "tomorrow"))[0] == 2
