"""The whole system as processes on this machine: the mailbox, four services, and the example subscriber."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from contracts import SERVICES
from tools.addresses import MAILBOX, SMTP
from tools.errors import Stopped
from tools.installation import SUBSCRIBER, Installation
from tools.keys import typed_password
from tools.packages import Say
from tools.places import private_file
from tools.ports import LOOPBACK
from tools.processes import tail_of
from tools.supervisor import Program, Supervisor

READY_SECONDS = 60.0
STAFF = "demo"


class System:
    """Starts, watches and stops the processes of one installation. Servers and set-up come before."""

    def __init__(self, house: Installation, *, environ: Mapping[str, str] = os.environ, say: Say = print) -> None:
        self.house = house
        self.supervisor = Supervisor(say)
        self._base = _inherited(environ)

    def programs(self) -> list[Program]:
        found = [self._mailbox(), *(self._service(name) for name in SERVICES)]
        if SUBSCRIBER in self.house.subscribers():
            found.append(self._program(SUBSCRIBER, [f"examples.{SUBSCRIBER}"], self.house.environment(SUBSCRIBER)))
        return found

    def start(self) -> None:
        for program in self.programs():
            self.supervisor.start(program)

    def wait_ready(self) -> None:
        self.supervisor.wait_ready(READY_SECONDS)

    def stop(self) -> None:
        self.supervisor.stop()

    def add_staff(self, username: str, password: str) -> None:
        """Make a staff account, or give the one that exists this password."""
        done = subprocess.run(
            [sys.executable, "-m", "services.review", "add-staff", username],
            input=password,
            env=self._base | self.house.environment("review"),
            cwd=self.house.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Stopped(f"The staff account was not made:\n{tail_of(done.stdout + done.stderr)}")

    def demonstration_staff(self, file: Path) -> dict[str, str]:
        """The account for trying things out on this machine, written to `file`."""
        staff = {"username": STAFF, "password": self.house.keys.get("demo_staff_password", typed_password)}
        self.add_staff(**staff)
        private_file(file, json.dumps(staff) + "\n")
        return staff

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.house.addresses.ports[name]}"

    def _service(self, name: str) -> Program:
        environment = {"OUCHI_LOG_CONSOLE": "true"} | self.house.environment(name)
        return self._program(name, [f"services.{name}"], environment, ready_url=f"{self.url(name)}/readyz")

    def _mailbox(self) -> Program:
        ports = self.house.addresses.ports
        words = ["tools.mailbox", "--folder", str(self.house.var / MAILBOX)]
        words += ["--http", str(ports[MAILBOX]), "--smtp", str(ports[SMTP])]
        return self._program(MAILBOX, words, {}, ready_url=f"{self.url(MAILBOX)}/readyz")

    def _program(
        self, name: str, module: list[str], environment: Mapping[str, str], ready_url: str | None = None
    ) -> Program:
        return Program(
            name=name,
            command=[sys.executable, "-m", *module],
            environment={**self._base, **environment},
            log=self.house.var / "logs" / f"{name}.log",
            folder=self.house.root,
            ready_url=ready_url,
        )


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process needs of our own environment; the administrators' addresses are not among it."""
    kept = {name: environ[name] for name in ("PATH", "HOME") if name in environ}
    # All mails go to the mailbox, also where the operator's own mail server is named here.
    ours = {
        name: value
        for name, value in environ.items()
        if name.startswith("OUCHI_") and not name.startswith("OUCHI_SMTP_")
    }
    return {**kept, **ours, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
