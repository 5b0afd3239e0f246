"""Installs Debian's packages where that is allowed, without letting one of them start a server.

Standard library only: `tools.bootstrap` needs it before the environment exists.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.errors import Stopped

POLICY = Path("/usr/sbin/policy-rc.d")
FORBID = "#!/bin/sh\n# Written by Ouchi's set-up while it installs packages; removed right after.\nexit 101\n"

Say = Callable[[str], None]


def administrator() -> list[str] | None:
    """The words to put before a command that needs root; None when there is no way to become root."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def install(packages: Sequence[str], reason: str, say: Say = print) -> None:
    """Install `packages`, or stop with the one sentence that says what to install."""
    become = administrator()
    command = "apt-get install --no-install-recommends " + " ".join(packages)
    if become is None or shutil.which("apt-get") is None:
        raise Stopped(f"Missing: {reason}. Install first (on Debian, as root: {command}), then start again.")
    say(f"Installing {' '.join(packages)} ({reason}) from Debian; this happens once.")
    with _no_server_starts(become):
        _run([*become, *_apt("update")])
        _run([*become, *_apt("install", "-y", "--no-install-recommends", *packages)])


def _apt(*words: str) -> list[str]:
    return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", *words]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise Stopped(f"{' '.join(command)} failed:\n{tail}")


@contextmanager
def _no_server_starts(become: Sequence[str]) -> Iterator[None]:
    """Debian's server packages start what they install; `policy-rc.d` is the documented way to forbid it."""
    if POLICY.exists() and "exit 101" in POLICY.read_text(errors="replace"):
        yield
        return
    saved = POLICY.with_name(POLICY.name + ".before-ouchi")
    if POLICY.exists():
        _run([*become, "mv", str(POLICY), str(saved)])
    with tempfile.NamedTemporaryFile("w", prefix="ouchi-policy-") as ours:
        ours.write(FORBID)
        ours.flush()
        _run([*become, "install", "-m", "755", ours.name, str(POLICY)])
    try:
        yield
    finally:
        _run([*become, "rm", "-f", str(POLICY)])
        if saved.exists():
            _run([*become, "mv", str(saved), str(POLICY)])
