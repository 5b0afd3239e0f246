"""Every password and key of one installation: generated once, kept in `var/<purpose>/secrets.json`.

The master keys of documents are the exception: they are rotated, and lie in a file of their own that documents reads.
"""

import base64
import json
import os
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from chassis.key_files import Key, as_text, read_keys
from tools.places import private_file


def password() -> str:
    """Letters and digits only: it stands in addresses and in configuration files as it is."""
    return secrets.token_hex(16)


def typed_password() -> str:
    """For people to type on a phone: no letter that looks like another, and still 2^59 possibilities."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def key_of_32_bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


class Keys:
    """Names like `intake.database_password`; what is asked for the first time is made and written down."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def get(self, name: str, make: Callable[[], str] = password) -> str:
        if name not in self._known:
            self._known[name] = make()
            self._write()
        return self._known[name]

    def peek(self, name: str) -> str | None:
        """What this name has, or None: nothing is made."""
        return self._known.get(name)

    def take(self, name: str) -> str | None:
        """What this name has, which is not kept here any more, or None."""
        value = self._known.pop(name, None)
        if value is not None:
            destroying(self.file, lambda: self._write())
        return value

    def _write(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        private_file(self.file, json.dumps(self._known, indent=1, sort_keys=True) + "\n")


class MasterKeys:
    """The file of the master keys of documents, one a line; the last one seals what is new (chassis/key_files.py)."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> list[Key]:
        """Raises SettingsError."""
        return read_keys(self.file)

    def make_first(self, known: str | None, now: datetime) -> None:
        """The first key, where there is no file yet: the one that was `known` before there were files, or a new one."""
        if not self.file.exists():
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            first = ("k1", now, known) if known else (_name(1), now, key_of_32_bytes())
            private_file(self.file, as_text([first]))

    def add(self, now: datetime) -> str:
        """A new key behind the others. Returns its name, which no key had before. Raises SettingsError."""
        keys = self.read()
        numbers = [int(found[1]) for key in keys if (found := re.match(r"k([0-9]{1,6})(?![0-9])", key.name))]
        name = _name(1 + max(numbers, default=0))
        self._replace([*_lines(keys), (name, now, key_of_32_bytes())])
        return name

    def destroy_old(self) -> list[str]:
        """Keep the newest alone. Returns the names of those that are gone. Raises SettingsError."""
        *old, newest = self.read()
        self._replace(_lines([newest]))
        return [key.name for key in old]

    def _replace(self, lines: Sequence[tuple[str, datetime, str]]) -> None:
        destroying(self.file, lambda: private_file(self.file, as_text(lines)))


def _name(number: int) -> str:
    """Never the name of another key: a lost file that is made anew must not seem to be the one that was lost."""
    return f"k{number}-{secrets.token_hex(3)}"


def _lines(keys: Sequence[Key]) -> list[tuple[str, datetime, str]]:
    return [(key.name, key.made_at, base64.b64encode(key.secret).decode()) for key in keys]


def destroying(file: Path, replace: Callable[[], object]) -> None:
    """Replace a file, and then write over the bytes that it had, in their place on the disk."""
    with file.open("r+b", buffering=0) as before:
        replace()
        before.write(b"\0" * os.fstat(before.fileno()).st_size)
        os.fsync(before.fileno())
