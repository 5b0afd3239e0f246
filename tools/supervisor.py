"""Keeps programs running: starts them, waits until they are ready, restarts what dies, stops them in reverse order."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools import processes
from tools.errors import Stopped
from tools.packages import Say

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
#: A program that ran this long has recovered; its next death is a first one again.
RECOVERED_AFTER = 30.0


@dataclass(frozen=True)
class Program:
    """Something to keep running. Without `ready_url` it counts as ready once started."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    ready_url: str | None = None


@dataclass
class Run:
    """One program and the state of keeping it running."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    restart_at: float | None = field(default=None)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Every call blocks only briefly, except `wait_ready` and `stop`."""

    def __init__(self, say: Say = print) -> None:
        self.say = say
        self.runs: dict[str, Run] = {}

    def start(self, program: Program) -> None:
        run = self.runs.setdefault(program.name, Run(program))
        if not run.process:
            _turn_over(program.log)
        self._launch(run)

    def wait_ready(self, seconds: float) -> None:
        """Return when all are ready. One that dies meanwhile, or is not ready in time, is reported with its log."""
        deadline = time.monotonic() + seconds
        for run in self.runs.values():
            while not _is_ready(run.program):
                if not run.alive:
                    raise Stopped(self._report(run.program, "ended while it started"))
                if time.monotonic() > deadline:
                    raise Stopped(self._report(run.program, f"was not ready after {seconds:.0f} s"))
                time.sleep(processes.TICK)
            if not run.alive:
                raise Stopped(self._report(run.program, "ended while it started"))

    def mend(self) -> None:
        """Restart what died, after a pause that grows with every death."""
        now = time.monotonic()
        for run in self.runs.values():
            if run.alive:
                continue
            if run.restart_at is None:
                if now - run.started_at > RECOVERED_AFTER:
                    run.pause = FIRST_PAUSE
                run.restart_at = now + run.pause
                code = run.process.returncode if run.process else "?"
                self.say(f"{run.program.name} ended ({_reason(code)}); starting it again in {run.pause:g} s.")
                run.pause = min(run.pause * 2, LONGEST_PAUSE)
            elif now >= run.restart_at:
                self._launch(run)

    def kill(self, name: str) -> None:
        """What a crash does: SIGKILL, and nothing is told to anybody."""
        run = self.runs[name]
        if run.process:
            run.process.kill()
            run.process.wait()

    def stop_one(self, name: str) -> None:
        run = self.runs[name]
        if run.process:
            processes.stop(run.process)

    def stop(self) -> None:
        for run in reversed(self.runs.values()):
            if run.process:
                processes.stop(run.process)
        self.runs.clear()

    def _launch(self, run: Run) -> None:
        program = run.program
        run.process = processes.spawn(program.command, env=program.environment, log=program.log, cwd=program.folder)
        run.started_at, run.restart_at = time.monotonic(), None

    def _report(self, program: Program, what: str) -> str:
        answer = f"\n{program.ready_url} says: {said}" if (said := _readiness(program)) else ""
        return f"{program.name} {what}.{answer}\nThe end of {program.log}:\n{processes.tail(program.log)}"


def _reason(code: int | str) -> str:
    return f"killed by signal {-code}" if isinstance(code, int) and code < 0 else f"exit code {code}"


def _turn_over(log: Path) -> None:
    """The log of the run before this one is kept, older ones are not."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))


def _is_ready(program: Program) -> bool:
    if program.ready_url is None:
        return True
    try:
        with urllib.request.urlopen(program.ready_url, timeout=5) as answer:  # noqa: S310 - an address of ours
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _readiness(program: Program) -> str:
    if program.ready_url is None:
        return ""
    try:
        with urllib.request.urlopen(program.ready_url, timeout=5) as answer:  # noqa: S310 - an address of ours
            return str(answer.read(500).decode(errors="replace"))
    except urllib.error.HTTPError as error:
        return error.read(500).decode(errors="replace")
    except OSError as error:
        return str(error)
