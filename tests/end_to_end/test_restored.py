"""An older dump of review is put back while the rest of the house goes on: no card number is given to two people."""

import asyncio
import subprocess
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from tests.end_to_end.people import Mailbox, Office, Person
from tools.operator.answer import Answer
from tools.operator.arguments import parse
from tools.operator.findings import OK, PROBLEM
from tools.postgres import find_programs
from tools.system import System


async def test_after_a_restore_doctor_says_so_and_one_command_mends_it(
    system: System, http: aiohttp.ClientSession, mailbox: Mailbox, office: Office
) -> None:
    async def approved() -> str:
        person = Person(http, system.url("intake"), mailbox)
        await person.apply_and_submit()
        decided = await office.decide(await office.find_case(person.id), "approve")
        await person.wait_status("approved")
        return str(decided["card_number"])

    before = await approved()
    dump = await asyncio.to_thread(_dump, system)
    assert await _state(system) == OK
    lost = [await approved() for _ in range(2)]
    await _restore(system, dump)
    assert await _state(system) == PROBLEM
    mended = await _ouchi(system, "cards", "advance")
    assert (mended.attention, set(lost) <= set(mended.data["learnt"])) == (False, True)
    assert await _state(system) == OK
    again = await _ouchi(system, "cards", "advance")
    assert (again.attention, again.data["learnt"]) == (False, [])
    assert await approved() not in {before, *lost}


async def _ouchi(system: System, *words: str) -> Answer:
    options = parse(words)
    answer: Answer = await options.run(system.house, options)
    return answer


async def _state(system: System) -> str:
    """What doctor says of the card numbers; where that is a problem, its exit code is not 0."""
    answer = await _ouchi(system, "doctor")
    [state] = [str(finding.state) for finding in answer.data if finding.what == "card numbers"]
    assert answer.attention or state != PROBLEM
    return state


def _url(system: System) -> str:
    return system.house.admin_database_url(system.house.database("review"))


def _dump(system: System) -> str:
    """As a backup makes it."""
    parts = urlsplit(_url(system))
    programs = find_programs()
    assert programs is not None
    words = [str(programs / "pg_dump"), "--data-only", "--inserts", "--exclude-table=migrations"]
    words += [
        "--host",
        str(parts.hostname),
        "--port",
        str(parts.port),
        "--username",
        str(parts.username),
        parts.path[1:],
    ]
    environ = {"PGPASSWORD": parts.password or "", "PATH": "/usr/bin:/bin"}
    return subprocess.run(words, env=environ, capture_output=True, text=True, check=True).stdout


async def _restore(system: System, dump: str) -> None:
    # What only psql understands, of newer versions, is left out.
    script = "\n".join(line for line in dump.splitlines() if not line.startswith("\\"))
    conn = await asyncpg.connect(_url(system))
    try:
        tables = await conn.fetchval(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename <> 'migrations'"
        )
        async with conn.transaction():
            await conn.execute(f"SET LOCAL session_replication_role = replica; TRUNCATE {tables} CASCADE")
            await conn.execute(script)
    finally:
        await conn.close()
