"""Child processes that never outlive us, and the recognition of those that a killed run left behind."""

import ctypes
import json
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.errors import Stopped

TICK = 0.05

# The kernel signals a child when the *thread* that forked it ends. All children are therefore forked by this one
# thread, which lives as long as the process, whichever thread asks.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")


@dataclass(frozen=True)
class Account:
    """A user of this machine that servers run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Identity:
    """A process that can be told from a later one with the same number."""

    pid: int
    started: int


def account(*preferred: str) -> Account | None:
    """The first of `preferred` that exists; None when we are not root and servers run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in (*preferred, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Stopped(f"None of the users {', '.join(preferred)}, nobody exists, and no server may run as root.")


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    user: Account | None = None,
    at_our_death: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own; the kernel sends it `at_our_death` when we are killed."""
    words = ["setpriv", "--pdeathsig", at_our_death.name.removeprefix("SIG")]
    if user:
        words += ["--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups"]
    log.parent.mkdir(parents=True, exist_ok=True)

    def fork() -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                [*words, "--", *command],
                env=dict(env),
                stdin=stdin,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                start_new_session=True,
            )

    return _forker.submit(fork).result()


def run(command: Sequence[str], *, env: Mapping[str, str], user: Account | None = None, cwd: Path | None = None) -> str:
    """Run a short command to its end, as `user`; its output, or Stopped with the last lines of it."""
    words = list(command)
    if user:
        words = ["setpriv", "--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups", "--", *words]
    done = subprocess.run(
        words, env=dict(env), cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise Stopped(f"{Path(command[0]).name} failed:\n{tail_of(done.stdout + done.stderr)}")
    return done.stdout


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, patience: float = 40.0) -> None:
    """End a child and everything it started: politely first, then not."""
    family = descendants(process.pid)
    if process.poll() is None:
        process.send_signal(by)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    _kill_group(process.pid)
    process.wait()
    _end_all(family)


def end_with_parent() -> None:
    """Have the kernel end us as Ctrl-C would when the process that started us is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, signal.SIGTERM)


def identify(pid: int) -> Identity | None:
    """None when there is no such process, or only the remains of one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Identity(pid, int(fields[19]))


def descendants(pid: int) -> list[Identity]:
    """The processes below `pid`: PostgreSQL's lead groups of their own and outlive a killed parent for a moment."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            text = stat.read_text()
            parents.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = parents.get(pid, [])
    below = [identity for child in found if (identity := identify(child))]
    for child in found:
        below += descendants(child)
    return below


def remember(file: Path, pid: int) -> None:
    found = identify(pid)
    file.write_text(json.dumps(asdict(found)) if found else "{}")


def recall(file: Path) -> Identity | None:
    """The process written in `file`, if that very process still lives."""
    try:
        written = Identity(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return written if identify(written.pid) == written else None


def stop_leftover(file: Path, *, by: signal.Signals = signal.SIGTERM, patience: float = 15.0) -> bool:
    """End the process that a killed run left behind; True when there was one."""
    left = recall(file)
    if left:
        family = descendants(left.pid)
        os.kill(left.pid, by)
        if not wait_until(lambda: identify(left.pid) != left, patience):
            _kill_group(left.pid)
        _end_all([left, *family])
    file.unlink(missing_ok=True)
    return left is not None


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(TICK)
    return True


def tail(log: Path, lines: int = 20) -> str:
    return tail_of(log.read_text(errors="replace"), lines) if log.exists() else ""


def tail_of(text: str, lines: int = 20) -> str:
    return "\n".join(text.splitlines()[-lines:])


def _end_all(family: Sequence[Identity]) -> None:
    def gone() -> bool:
        return all(identify(one.pid) != one for one in family)

    if not wait_until(gone, 5.0):
        for one in family:
            if identify(one.pid) == one:
                os.kill(one.pid, signal.SIGKILL)
        wait_until(gone, 5.0)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
