"""Shortages of the two private servers, made on purpose and always ended: memory, disk, patience."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tools import processes
from tools.places import server_folder
from tools.servers import Servers

CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")


def rabbitmqctl(servers: Servers, *words: str) -> str:
    """Say something to the private broker as its administrator; skips the test where the broker is somebody else's."""
    if servers.given.amqp_url:
        pytest.skip("somebody else's broker is left as it is")
    rabbitmq, user = servers.rabbitmq, processes.account("rabbitmq")
    folder = server_folder(servers.var, "rabbitmq", user)
    unwanted = {"RABBITMQ_DIST_PORT", "RUNNING_UNDER_SYSTEMD"}
    environment = {name: text for name, text in rabbitmq._environment(folder).items() if name not in unwanted}
    return processes.run([str(CONTROL), *words], env=environment, user=user, cwd=folder)


@contextmanager
def short_of_memory(servers: Servers) -> Iterator[None]:
    """The broker's memory alarm: it takes nothing from whoever publishes."""
    rabbitmqctl(servers, "set_vm_memory_high_watermark", "0.00001")
    try:
        yield
    finally:
        rabbitmqctl(servers, "set_vm_memory_high_watermark", "absolute", "1GB")


@contextmanager
def short_of_disk(servers: Servers) -> Iterator[None]:
    """The broker's disk alarm: it takes nothing from whoever publishes."""
    rabbitmqctl(servers, "set_disk_free_limit", "1000000GB")
    try:
        yield
    finally:
        rabbitmqctl(servers, "set_disk_free_limit", "200MB")


@contextmanager
def impatient(servers: Servers, seconds: float) -> Iterator[None]:
    """The broker closes the channel of who acknowledges nothing for so long; channels that are open keep what they have."""

    def patience(seconds: float, look_every: float) -> None:
        settings = {"consumer_timeout": seconds, "channel_tick_interval": look_every}
        words = [f"application:set_env(rabbit, {name}, {round(1000 * value)})" for name, value in settings.items()]
        rabbitmqctl(servers, "eval", ", ".join(words) + ".")

    patience(seconds, 0.5)
    try:
        yield
    finally:
        patience(1800, 60)


@asynccontextmanager
async def no_room_in(servers: Servers, database_url: str, table: str) -> AsyncIterator[None]:
    """A full disk, as PostgreSQL meets it (SQLSTATE 53100): `table` cannot grow. It is emptied before and after."""
    if servers.given.postgres_url:
        pytest.skip("somebody else's disk is left as it is")
    admin = await asyncpg.connect(
        urlsplit(servers.postgres_admin_url)._replace(path=urlsplit(database_url).path).geturl()
    )
    try:
        # A new file that nobody has open yet.
        await admin.execute(f"TRUNCATE {table}")
        file = Path(await admin.fetchval("SHOW data_directory")) / await admin.fetchval(
            "SELECT pg_relation_filepath($1)", table
        )
        file.unlink()
        file.symlink_to("/dev/full")
        try:
            yield
        finally:
            # And again a new one, to which everybody turns.
            await admin.execute(f"TRUNCATE {table}")
    finally:
        await admin.close()
