"""Servers, databases and brokers for every test that needs them: one set a session, on free ports, deleted after it.

servers        the private PostgreSQL and RabbitMQ (or those of DATABASE_URL and AMQP_URL); stops and starts them too
provisioned    the installation on them: databases, roles, topology, users, as `make run` makes them
database_url   `await database_url("intake")`: that service's database, every table emptied
system         four services and the mailbox as processes, an installation of their own; `.supervisor.kill("intake")`
blank_database `await blank_database()`: a new empty database, dropped after the test
blank_vhost    `await blank_vhost()`: the address of a new virtual host whose user may do all, deleted after it
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import asyncpg
import pytest

from tools import ports, processes
from tools.addresses import for_tests
from tools.broker import Management
from tools.installation import Installation, installation
from tools.keys import Keys
from tools.places import free_test_slot
from tools.provision import drop, provision
from tools.servers import Servers
from tools.system import System

FromService = Callable[[str], Awaitable[str]]
FromNothing = Callable[[], Awaitable[str]]

SHORT_RETRY_DELAYS = (1, 2, 3, 4)
#: Gives the statement that empties every table but those of $1; null where there is none.
EMPTY_ALL_BUT = """
SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART IDENTITY CASCADE'
FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1)
"""


def pytest_configure() -> None:
    """Each worker has ports of its own: a port is free also between its choice and its use, and while its owner is killed."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ports.CANDIDATES = ports.CANDIDATES[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) :: workers]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed on the running system is reported with what the services said last: their logs go with it."""
    report = yield
    running = getattr(item, "funcargs", {}).get("system")
    if report.failed and isinstance(running, System):
        for log in sorted((running.house.var / "logs").glob("*.log")):
            report.sections.append((f"the end of {log.name}", processes.tail(log, 40)))
    return report


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    purpose, lock = free_test_slot()
    Servers(purpose).discard()
    running = Servers(purpose)
    try:
        running.start()
        yield running
    finally:
        running.discard()
        lock.release()


@pytest.fixture(scope="session")
async def provisioned(servers: Servers) -> AsyncIterator[Installation]:
    house = replace(installation(servers, for_tests()), retry_delays=SHORT_RETRY_DELAYS)
    async with set_up(servers, house):
        yield house


@pytest.fixture(scope="session")
async def system(servers: Servers) -> AsyncIterator[System]:
    house = replace(
        installation(servers, for_tests()),
        retry_delays=SHORT_RETRY_DELAYS,
        # Its own databases and queues: running services would take what other tests put into theirs.
        purpose=f"{servers.purpose}-system",
        var=servers.var / "system",
        keys=Keys(servers.var / "system" / "secrets.json"),
    )
    async with set_up(servers, house):
        running = System(house)
        try:
            await asyncio.to_thread(running.start)
            await asyncio.to_thread(running.wait_ready)
            yield running
        finally:
            await asyncio.to_thread(running.stop)


@asynccontextmanager
async def set_up(servers: Servers, house: Installation) -> AsyncIterator[None]:
    await provision(house)
    try:
        yield
    finally:
        if not servers.ours_alone or servers.given.amqp_url:
            await drop(house)


@pytest.fixture
async def database_url(provisioned: Installation) -> FromService:
    async def give(service: str) -> str:
        url = provisioned.database_url(service)
        # Not every table is the service's own to empty.
        conn = await asyncpg.connect(provisioned.admin_database_url(provisioned.database(service)))
        try:
            if statement := await conn.fetchval(EMPTY_ALL_BUT, ["migrations"]):
                await conn.execute(statement)
        finally:
            await conn.close()
        return url

    return give


@pytest.fixture
async def blank_database(servers: Servers) -> AsyncIterator[FromNothing]:
    made: list[str] = []
    conn = await asyncpg.connect(servers.postgres_admin_url)

    async def give() -> str:
        name = f"ouchi_blank_{secrets.token_hex(6)}"
        await conn.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
        )
        made.append(name)
        return urlsplit(servers.postgres_admin_url)._replace(path=f"/{name}").geturl()

    try:
        yield give
    finally:
        # A test may have stopped the server that this connection was made to.
        await conn.close()
        conn = await asyncpg.connect(servers.postgres_admin_url)
        for name in made:
            await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conn.close()


@pytest.fixture
async def blank_vhost(servers: Servers) -> AsyncIterator[FromNothing]:
    made: list[str] = []

    async def give() -> str:
        name, password = f"ouchi_blank_{secrets.token_hex(6)}", secrets.token_hex(16)
        made.append(name)
        async with Management(servers.management_url) as management:
            everything = {"configure": ".*", "write": ".*", "read": ".*"}
            await management.put(f"/vhosts/{name}", {})
            await management.put(f"/users/{name}", {"password": password, "tags": ""})
            await management.put(f"/permissions/{name}/{name}", everything)
        host = urlsplit(servers.amqp_admin_url).netloc.rpartition("@")[2]
        return f"amqp://{name}:{password}@{host}/{name}"

    try:
        yield give
    finally:
        async with Management(servers.management_url) as management:
            for name in made:
                await management.delete(f"/vhosts/{name}")
                await management.delete(f"/users/{name}")
