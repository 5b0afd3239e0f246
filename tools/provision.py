"""The one set-up step: databases, roles, migrations, virtual host, topology, users. As often as you like, same result.

python -m tools.provision      on the servers of DATABASE_URL and AMQP_URL, for containers (see docker-compose.yml)
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from chassis.clock import system_clock
from contracts import SERVICES
from tools.addresses import in_containers
from tools.broker import drop_broker, provision_broker
from tools.databases import drop_databases, provision_databases
from tools.errors import Stopped
from tools.installation import Installation, environments, in_environments, installation
from tools.places import private_file
from tools.servers import Servers

__all__ = ["Installation", "drop", "installation", "provision"]


async def provision(house: Installation) -> None:
    (house.var / "documents").mkdir(mode=0o700, parents=True, exist_ok=True)
    house.master_keys.make_first(house.keys.peek("documents.master_key"), system_clock())
    # Until it has its own file it stays where it was before.
    house.keys.take("documents.master_key")
    await provision_databases(house)
    await provision_broker(house)


async def drop(house: Installation) -> None:
    await drop_databases(house)
    await drop_broker(house)


def environment_file(variables: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))


def main(environ: Mapping[str, str] = os.environ) -> None:
    """For containers: everything is told by the environment, and each service's own is left in its own folder."""
    missing = [name for name in ("DATABASE_URL", "AMQP_URL") if not environ.get(name)]
    if missing:
        raise Stopped(f"{' and '.join(missing)} must name the servers to set up; `make run` sets up private ones.")
    folder = environments(environ)
    servers = Servers(environ.get("OUCHI_PURPOSE", "deployment"), environ=environ)
    house = in_environments(
        replace(
            installation(servers, in_containers(environ)),
            server_is_ours=environ.get("OUCHI_SERVERS_ARE_OURS") == "true",
            storage_url=environ.get("OUCHI_STORAGE") or None,
        ),
        folder,
    )
    asyncio.run(provision(house))
    for service in (*SERVICES, *house.subscribers()):
        (folder / service).mkdir(parents=True, exist_ok=True)
        private_file(folder / service / "environment", environment_file(house.environment(service)))
    print(f"Databases, roles, migrations and topology are in place for {', '.join(SERVICES)}.")


if __name__ == "__main__":
    try:
        main()
    except Stopped as reason:
        sys.exit(str(reason))
