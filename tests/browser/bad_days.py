"""Services on a bad day, for the pages that say so: beside those that are well, on the same databases.

intake-paused   reception is paused, by the example in the library's policy file
intake-strict   everybody may do everything once an hour, people on this machine too
intake-alone    documents is away, and so many wait for their passwords that nobody else may
review-alone    the same for the staff

They are not told where the queues are: what is to be done there, those that are well do.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.ports import LOOPBACK, free_ports
from tools.supervisor import Program
from tools.system import READY_SECONDS, System

NOWHERE = "127.0.0.1:1"


def paused(policy: str) -> str:
    """The pause that the file describes, from yesterday to next week."""
    today = datetime.now(UTC).date()
    days = {"first": today - timedelta(days=1), "last": today + timedelta(days=7)}

    def in_force(found: re.Match[str]) -> str:
        lines = [line.removeprefix("# ") for line in found[0].splitlines()]
        return re.sub(r"(?m)^(first|last) = .*", lambda each: f"{each[1]} = {days[each[1]]}", "\n".join(lines))

    policy, found = re.subn(r"(?m)^# \[\[pauses\]\](\n#.*)+", in_force, policy)
    assert found == 1
    return policy


def strict(policy: str) -> str:
    policy, exempt = re.subn(r"(?m)^exempt_addresses = .*", "exempt_addresses = []", policy)
    policy, rates = re.subn(r'(?m)^(per = "address"\ncount = ).*\nseconds = .*', r"\g<1>1\nseconds = 3600", policy)
    assert exempt == 1 and rates > 3
    return policy


def as_it_is(policy: str) -> str:
    return policy


@dataclass(frozen=True)
class BadDay:
    """What is another with a service than with the one that is well."""

    service: str
    policy: Callable[[str], str] = as_it_is
    program: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


ALONE = {"OUCHI_DOCUMENTS_URL": f"http://{NOWHERE}"}
BAD_DAYS = {
    "intake-paused": BadDay("intake", paused),
    "intake-strict": BadDay("intake", strict),
    "intake-alone": BadDay("intake", program="tests.browser.worn_out", environment=ALONE),
    "review-alone": BadDay("review", program="tests.browser.worn_out", environment=ALONE),
}


class Addresses:
    """Where each service is, also one on a bad day, which is started when it is first asked for."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._started: dict[str, str] = {}

    async def of(self, name: str) -> str:
        if name not in BAD_DAYS:
            return self._system.url(name)
        if name not in self._started:
            program = self._program(name, BAD_DAYS[name])
            await asyncio.to_thread(self._system.supervisor.start, program)
            await asyncio.to_thread(self._system.supervisor.wait_ready, READY_SECONDS)
            self._started[name] = (program.ready_url or "").removesuffix("/livez")
        return self._started[name]

    def _program(self, name: str, day: BadDay) -> Program:
        well = next(each for each in self._system.programs() if each.name == day.service)
        url = f"http://{LOOPBACK}:{(port := free_ports([name])[name])}"
        library = self._system.house.var / f"{name}.toml"
        library.write_text(day.policy(Path(well.environment["OUCHI_LIBRARY"]).read_text(encoding="utf-8")))
        told = {"OUCHI_PORT": str(port), "OUCHI_LIBRARY": str(library), "OUCHI_AMQP_URL": f"amqp://{NOWHERE}/"}
        return replace(
            well,
            name=name,
            command=[sys.executable, "-m", day.program, day.service] if day.program else well.command,
            environment={**well.environment, **told, **day.environment},
            log=well.log.with_name(f"{name}.log"),
            ready_url=f"{url}/livez",
        )
