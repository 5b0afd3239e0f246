"""`make faults [APPLICATIONS=200 KILLS=10 SEED=n]`: the long form, on servers of its own, with nothing hastened."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.conftest import SHORT_RETRY_DELAYS
from tests.faults.storm import Plan, new_seed, rage
from tests.faults.world import World
from tools.addresses import for_tests
from tools.errors import Stopped
from tools.installation import installation
from tools.places import free_test_slot
from tools.processes import end_with_parent
from tools.provision import provision
from tools.servers import Servers
from tools.system import System

#: A lost deletion of images is asked for again after five minutes.
SETTLE_SECONDS = 420.0
CONCURRENT = 16


@contextmanager
def fresh_servers() -> Iterator[Servers]:
    purpose, lock = free_test_slot()
    Servers(purpose).discard()
    servers = Servers(purpose)
    try:
        servers.start()
        yield servers
    finally:
        servers.discard()
        lock.release()


async def run(plan: Plan, servers: Servers) -> bool:
    house = replace(installation(servers, for_tests()), retry_delays=SHORT_RETRY_DELAYS)
    await provision(house)
    system = System(house, say=say)
    try:
        system.start()
        await asyncio.to_thread(system.wait_ready)
        async with World.opened(system, servers) as world:
            found = await rage(world, plan, SETTLE_SECONDS, say)
    finally:
        system.stop()
    say(f"seed {plan.seed}\n{found}\n{'BROKEN' if found.broken else 'Every invariant holds'}.")
    return not found.broken


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--applications", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=new_seed())
    asked = parser.parse_args()
    end_with_parent()
    try:
        with fresh_servers() as servers:
            holds = asyncio.run(run(Plan(asked.applications, asked.kills, asked.seed, CONCURRENT), servers))
    except Stopped as reason:
        sys.exit(str(reason))
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
