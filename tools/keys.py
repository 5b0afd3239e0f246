"""Every password and key of one installation: generated once, kept in `var/<purpose>/secrets.json`."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path

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
            self.file.parent.mkdir(parents=True, exist_ok=True)
            private_file(self.file, json.dumps(self._known, indent=1, sort_keys=True) + "\n")
        return self._known[name]
