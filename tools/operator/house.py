"""Which installation the operator means, and the ways into it as the administrator."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from chassis.bus import connected
from tools.addresses import chosen_ports, in_containers, on_this_machine
from tools.errors import Stopped
from tools.installation import Installation, environments, in_environments, installation
from tools.places import ROOT
from tools.ports import LOOPBACK
from tools.servers import Given, Servers

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 60
BROKER_ERRORS = (ConnectionError, TimeoutError, AMQPError, ChannelInvalidStateError)

Connection = asyncpg.Connection


def find_house(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> Installation:
    """The installation of `make run` (var/run), or with DATABASE_URL and AMQP_URL the one on those servers.

    Raises Stopped with what to do where there is none.
    """
    purpose = _purpose(root, environ)
    var = root / "var" / purpose
    if not (var / "secrets.json").exists():
        raise Stopped(f"There is no installation in {var}: `make run` makes one.")
    servers = Servers(purpose, root=root, environ=environ)
    if not servers.given.postgres_url:
        servers.postgres.port = _ports(var / "postgres.ports.json")["sql"]
    if not servers.given.amqp_url:
        servers.rabbitmq.ports = _ports(var / "rabbitmq.ports.json")
    contained = purpose == "deployment"
    ports = chosen_ports(environ.get("OUCHI_PORTS"))
    if contained:
        deployed = replace(
            installation(servers, in_containers(environ)), storage_url=environ.get("OUCHI_STORAGE") or None
        )
        return in_environments(deployed, environments(environ))
    return installation(servers, on_this_machine(ports))


def service_url(house: Installation, service: str) -> str:
    """Where the service listens, seen from where the operator's command runs."""
    host = LOOPBACK if house.addresses.host == LOOPBACK else service
    return f"http://{host}:{house.addresses.ports[service]}"


@asynccontextmanager
async def database(house: Installation, service: str, *, writing: bool = False) -> AsyncIterator[Connection]:
    """The administrator in the service's database; only for reading unless told otherwise."""
    settings = {
        "application_name": "ouchi operator",
        "timezone": "UTC",
        "statement_timeout": str(STATEMENT_SECONDS * 1000),
        "lock_timeout": "10000",
        "default_transaction_read_only": "off" if writing else "on",
    }
    url = house.admin_database_url(house.database(service))
    try:
        conn = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=settings)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Stopped(f"The database of {service} does not answer ({type(error).__name__}).") from None
    try:
        yield conn
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Stopped(f"The database of {service} refused or went away ({type(error).__name__}).") from error
    finally:
        await conn.close()


@asynccontextmanager
async def broker(house: Installation) -> AsyncIterator[AbstractConnection]:
    """The administrator in the house's virtual host. What is unacknowledged goes back when it closes."""
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(connected(house.admin_amqp_url(), "ouchi operator"))
        except BROKER_ERRORS as error:
            raise Stopped(
                f"The broker does not answer ({type(error).__name__}): docs/runbooks/broker-down.md."
            ) from None
        try:
            yield connection
        except BROKER_ERRORS as error:
            raise Stopped(
                f"The broker refused or went away ({type(error).__name__}): docs/runbooks/broker-down.md. What was done "
                "before is in logs/operator.log; the rest is as it was."
            ) from error


def _purpose(root: Path, environ: Mapping[str, str]) -> str:
    """The set-up step of a deployment leaves its keys in var/deployment, `make run` leaves them in var/run."""
    if named := environ.get("OUCHI_PURPOSE"):
        return named
    given = Given.from_environment(environ)
    deployed = (root / "var" / "deployment" / "secrets.json").exists()
    return "deployment" if given.postgres_url and given.amqp_url and deployed else "run"


def _ports(file: Path) -> dict[str, int]:
    """What the private server was given; never chosen anew, as the server that runs holds them."""
    if not file.exists():
        raise Stopped("This installation was never started: `make run` starts it.")
    ports: dict[str, int] = json.loads(file.read_text())
    return ports
