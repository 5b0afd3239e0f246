"""A file of keys: one a line, `name made-at key`, the last one in use for what is new. It is replaced as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from chassis.settings import SettingsError, decode_key


@dataclass(frozen=True)
class Key:
    """32 bytes, and since when they are in use."""

    name: str
    made_at: datetime
    secret: bytes = field(repr=False)


def read_keys(file: Path) -> list[Key]:
    """The keys, the newest last. Raises SettingsError, which never shows a key, where it cannot be read or understood."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: cannot be read ({type(error).__name__})") from None
    keys = [_key(file, number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not keys or len({key.name for key in keys}) < len(keys):
        raise SettingsError(f"{file}: needs one line for each key, no two of one name")
    return keys


def _key(file: Path, number: int, line: str) -> Key:
    where = f"{file}, line {number}"
    try:
        name, made_at, encoded = line.split()
        return Key(name, datetime.fromisoformat(made_at), decode_key(where, encoded))
    except ValueError:
        raise SettingsError(f"{where}: must be a name, a moment and 32 bytes in base64") from None


def as_text(keys: Iterable[tuple[str, datetime, str]]) -> str:
    """What `read_keys` reads: names, moments, and keys in base64."""
    lines = [f"{name} {made_at.isoformat()} {encoded}" for name, made_at, encoded in keys]
    return "\n".join(["# name, made at, 32 bytes in base64; the last one seals what is new", *lines, ""])
