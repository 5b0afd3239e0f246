"""`make run`: everything on one machine, until Ctrl-C.

OUCHI_PORTS=9080 moves the six ports (9080 … 9085: intake, documents, review, notifier, mailbox, SMTP).
DATABASE_URL, AMQP_URL and RABBITMQ_MANAGEMENT_URL name servers to use instead of private ones.
OUCHI_LIBRARY names another policy file than config/library.toml.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from rules.policy import load_policy
from tools.addresses import MAILBOX, NAMES, chosen_ports, on_this_machine
from tools.errors import Stopped
from tools.installation import SUBSCRIBER, installation
from tools.places import ROOT, Lock
from tools.ports import is_free
from tools.processes import end_with_parent
from tools.provision import provision
from tools.servers import Servers
from tools.system import System

WATCH_SECONDS = 0.2
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def require_free(ports: Mapping[str, int]) -> None:
    """Stop with the name of every port that another program holds, and the way to choose others."""
    taken = {name: port for name, port in ports.items() if not is_free(port)}
    if taken:
        listed = ", ".join(f"{port} ({name})" for name, port in taken.items())
        word = "Port" if len(taken) == 1 else "Ports"
        raise Stopped(
            f"{word} {listed} taken by another program. "
            f"Choose six others in a row by their first: OUCHI_PORTS={_six_free()} make run"
        )


def _six_free() -> int:
    candidates = (first for first in range(9080, 32000, 100) if all(map(is_free, range(first, first + len(NAMES)))))
    return next(candidates, 9080)


def welcome(system: System, staff: Mapping[str, str], seconds: float) -> str:
    addresses = system.house.addresses
    lines = [
        "",
        f"Ouchi is running (ready after {seconds:.1f} s).",
        "",
        f"  申請        {addresses.public_url}/",
        f"  職員        {addresses.review_url}/   {staff['username']} / {staff['password']}   (var/demo-staff.json)",
        f"  メール      {system.url(MAILBOX)}/",
        "",
        f"Logs: {system.house.var / 'logs'}/   What other systems hear: {SUBSCRIBER}.log there",
        *_exempt(system),
        "Ctrl-C stops everything. What was entered stays for the next run; `rm -r var` starts with nothing.",
    ]
    return "\n".join(lines)


def _exempt(system: System) -> list[str]:
    addresses = load_policy(system.house.policy_file).limits.exempt_addresses
    if not addresses:
        return []
    return [f"No limits for callers from {', '.join(addresses)} (exempt_addresses in the policy): a load test may run."]


def run(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> None:
    began = time.monotonic()
    ports = chosen_ports(environ.get("OUCHI_PORTS"))
    library = Path(environ["OUCHI_LIBRARY"]).resolve() if environ.get("OUCHI_LIBRARY") else None
    with ExitStack() as ending:
        ending.enter_context(Lock(root / "var" / "run"))
        require_free(ports)
        servers = Servers("run", root=root, environ=environ)
        say("Starting PostgreSQL and RabbitMQ …")
        ending.callback(servers.stop)
        servers.start()
        house = installation(servers, on_this_machine(ports), library=library)
        say("Setting up databases and broker …")
        asyncio.run(provision(house))
        system = System(house, environ=environ, say=say)
        ending.callback(system.stop)
        ending.callback(say, "Stopping …")
        say("Starting the services …")
        system.start()
        staff = system.demonstration_staff(root / "var" / "demo-staff.json")
        system.wait_ready()
        say(welcome(system, staff, time.monotonic() - began))
        while True:
            time.sleep(WATCH_SECONDS)
            system.supervisor.mend()


def say(text: str) -> None:
    print(text, flush=True)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """End in order; an impatient second signal must not interrupt that."""
    for name in ENDINGS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    for name in ENDINGS:
        signal.signal(name, _interrupt)
    if "MAKELEVEL" in os.environ:
        end_with_parent()
    try:
        run()
    except KeyboardInterrupt:
        say("Everything is stopped.")
    except Stopped as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
