"""Where things lie: `var/<purpose>` for everything of ours, and a folder the servers' own user can enter."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.errors import Stopped
from tools.processes import Account

ROOT = Path(__file__).resolve().parent.parent


def suffix(root: Path, purpose: str) -> str:
    """Tells this checkout and purpose from every other on a server that several share."""
    return hashlib.sha256(f"{root}\n{purpose}".encode()).hexdigest()[:8]


def can_enter(folder: Path, user: Account) -> bool:
    """Whether `user` may pass through every existing folder on the way to `folder`."""
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        stat = step.stat()
        bit = 0o100 if stat.st_uid == user.uid else 0o010 if stat.st_gid == user.gid else 0o001
        if not stat.st_mode & bit:
            return False
    return True


def server_folder(var: Path, name: str, user: Account | None) -> Path:
    """The folder for one server's data: below `var`, or, where `user` cannot enter, outside and recorded in `var`.

    `var` is the state: when it was deleted, data of its earlier life found outside is deleted too.
    """
    var.mkdir(parents=True, exist_ok=True)
    if user is None or can_enter(var, user):
        return _owned(var / name, user)
    record = var / f"{name}.place.json"
    if record.exists():
        return _owned(Path(json.loads(record.read_text())["folder"]), user)
    folder = _outside(user) / f"ouchi-{suffix(var, name)}"
    shutil.rmtree(folder, ignore_errors=True)
    record.write_text(json.dumps({"folder": str(folder)}) + "\n")
    return _owned(folder, user)


def discard(var: Path) -> None:
    """Delete `var` and what it recorded outside."""
    for record in var.glob("*.place.json"):
        shutil.rmtree(json.loads(record.read_text())["folder"], ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)


def private_file(path: Path, text: str, user: Account | None = None) -> Path:
    """Write a file that only its owner can read, at once and whole."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        # Keys are in such files: a power cut must find the old ones or the new ones.
        os.fsync(file.fileno())
    if user:
        os.chown(fresh, user.uid, user.gid)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path


class Lock:
    """One owner for each purpose of a checkout; the kernel frees it whatever way the owner ends."""

    def __init__(self, var: Path) -> None:
        # Beside the folder, not in it: a lock that goes with its folder could be held twice.
        self.file = var.with_name(var.name + ".lock")
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return True

    def __enter__(self) -> Self:
        if not self.try_acquire():
            owner = self.file.read_text().strip() or "unknown"
            raise Stopped(f"Ouchi is already running in this checkout (process {owner}): stop that one first.")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def free_test_slot(root: Path = ROOT) -> tuple[str, Lock]:
    """A purpose of the tests that no other session uses now: test-1, test-2, …"""
    for number in range(1, 1000):
        lock = Lock(root / "var" / f"test-{number}")
        if lock.try_acquire():
            return f"test-{number}", lock
    raise Stopped("A thousand test sessions seem to run in this checkout.")


def _owned(folder: Path, user: Account | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if user:
        os.chown(folder, user.uid, user.gid)
    return folder


def _outside(user: Account) -> Path:
    for base in (Path("/var/lib"), Path(tempfile.gettempdir())):
        if base.is_dir() and os.access(base, os.W_OK) and can_enter(base, user):
            return base
    raise Stopped(f"The user {user.name} can enter no folder of this machine that we may write to.")
