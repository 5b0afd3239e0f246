"""Private servers: whose data it is, what is left behind, and what is never touched."""

import asyncio
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tools import processes
from tools.errors import Stopped
from tools.places import can_enter, discard
from tools.postgres import Postgres
from tools.processes import Account, identify
from tools.servers import Given, Servers, management_of

SECONDS = 20.0

OWNER = """
import sys, time
from pathlib import Path
from tools.postgres import Postgres
server = Postgres(Path(sys.argv[1]), "secret", lasting=False)
server.start()
print(server.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder for a server's data; what had to go elsewhere for the server's user is deleted too."""
    yield tmp_path / "var"
    discard(tmp_path / "var")


async def test_a_stopped_server_comes_back_with_its_data_and_leaves_nothing(var: Path) -> None:
    server = Postgres(var, "secret", lasting=False)
    await asyncio.to_thread(server.start)
    try:
        await _execute(server.url, "CREATE TABLE kept ()")
        pid = server.pid
        assert pid is not None
        family = processes.descendants(pid)
        await asyncio.to_thread(server.stop)
        assert identify(pid) is None
        assert [one for one in family if identify(one.pid) == one] == []
        await asyncio.to_thread(server.start)
        await _execute(server.url, "DROP TABLE kept")
    finally:
        await asyncio.to_thread(server.kill)


async def test_a_killed_server_starts_again_at_the_same_address(var: Path) -> None:
    server = Postgres(var, "secret", lasting=False)
    await asyncio.to_thread(server.start)
    url = server.url
    try:
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        assert server.url == url
        await _execute(url, "SELECT 1")
    finally:
        await asyncio.to_thread(server.kill)


def test_server_data_belongs_to_the_servers_own_user(servers: Servers) -> None:
    if servers.given.postgres_url or servers.given.amqp_url:
        pytest.skip("the servers are somebody else's")
    wanted = {"postgres": "postgres", "rabbitmq": "rabbitmq"} if os.geteuid() == 0 else {}
    for pid, name in ((servers.postgres.pid, "postgres"), (servers.rabbitmq.pids[0], "rabbitmq")):
        runs_as = pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name
        assert runs_as == wanted.get(name, pwd.getpwuid(os.geteuid()).pw_name)
        assert runs_as != "root"


def test_our_own_epmd_and_broker_end_with_the_server(servers: Servers) -> None:
    if servers.given.amqp_url:
        pytest.skip("the broker is somebody else's")
    pids = servers.rabbitmq.pids
    servers.kill_rabbitmq()
    try:
        assert [pid for pid in pids if identify(pid)] == []
    finally:
        servers.start_rabbitmq()


def test_when_the_owner_is_killed_the_server_ends_too(var: Path) -> None:
    owner = _start_owner(var)
    try:
        server = identify(_pid_said_by(owner))
        assert server is not None
        owner.kill()
        assert processes.wait_until(lambda: identify(server.pid) != server, SECONDS)
    finally:
        owner.kill()
        owner.wait()


def test_a_server_left_by_a_killed_run_is_stopped_and_not_doubled(var: Path) -> None:
    said: list[str] = []
    first = Postgres(var, "secret", lasting=False)
    first.start()
    try:
        assert first.pid is not None
        second = Postgres(var, "secret", lasting=False, say=said.append)
        second.start()
        second.kill()
        assert identify(first.pid) is None
        assert said == ["Stopped a PostgreSQL that a killed run had left behind."]
    finally:
        first.kill()


def test_a_process_is_not_taken_for_an_earlier_one_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "pid.json"
    file.write_text(json.dumps({"pid": os.getpid(), "started": 1}))
    assert processes.recall(file) is None


def test_an_unreadable_pid_file_is_no_process(tmp_path: Path) -> None:
    (tmp_path / "pid.json").write_text("{}")
    assert processes.recall(tmp_path / "pid.json") is None


def test_servers_that_are_given_are_neither_started_nor_stopped(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://a:b@db/postgres", "AMQP_URL": "amqp://a:b@mq:5672/"}
    servers = Servers("test-given", root=tmp_path, environ=environ)
    servers.start()
    servers.stop()
    assert servers.postgres.pid is None
    assert servers.rabbitmq.pids == []
    with pytest.raises(Stopped, match="someone else"):
        servers.stop_rabbitmq()
    assert servers.management_url == "http://a:b@mq:15672"


def test_the_management_address_can_be_named() -> None:
    environ = {"AMQP_URL": "amqp://a:b@mq/", "RABBITMQ_MANAGEMENT_URL": "https://a:b@mq/manage"}
    assert Given.from_environment(environ).management_url == "https://a:b@mq/manage"
    assert management_of("amqp://mq:5673/v") == "http://guest:guest@mq:15672"


def test_a_folder_below_a_closed_one_cannot_be_entered(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    stranger = Account("stranger", 64999, 64999)
    assert not can_enter(inner / "not-yet-there", stranger)
    me = Account("me", os.getuid(), os.getgid())
    assert can_enter(inner, me)


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


def _start_owner(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=processes.__file__.rsplit("/", 2)[0],
    )


def _pid_said_by(owner: subprocess.Popen[str]) -> int:
    assert owner.stdout is not None
    with owner.stdout:
        return int(owner.stdout.readline())
