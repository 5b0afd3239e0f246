"""Postal codes and the places they stand for, from the table that set-up makes (tools/postal_codes.py).

The table may be older than a code: an unknown one never blocks anybody.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from rules.postal_codes import TABLE
from rules.understanding import Understood

TOWNS = "SELECT town FROM towns WHERE code = ? ORDER BY town"
OFFICES = "SELECT name, address FROM offices WHERE code = ? ORDER BY name, address"


class NoTable(Exception):
    """Set-up has not made the table yet."""


@dataclass(frozen=True)
class Office:
    """A company or an office with a postal code of its own; nobody lives there."""

    name: str
    address: str


@dataclass(frozen=True)
class Places:
    """What a postal code may stand for; nothing where it is unknown."""

    towns: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()


class PostalCodes:
    """The open table. Answers in microseconds, so that it may be asked on the event loop."""

    def __init__(self, table: Path = TABLE) -> None:
        """Raises NoTable."""
        if not table.is_file():
            raise NoTable(f"The table of postal codes is missing: {table}. `make setup` makes it.")
        self._table = sqlite3.connect(f"{table.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    def places(self, code: str) -> Places:
        """The places of a code as understood (862-0941)."""
        towns = tuple(town for (town,) in self._table.execute(TOWNS, (code,)))
        offices = tuple(Office(name, address) for name, address in self._table.execute(OFFICES, (code,)))
        return Places(towns, offices)

    def places_of(self, postal_code: Understood) -> Places:
        """The places of what was typed."""
        return self.places(postal_code.display) if postal_code.display else Places()

    def close(self) -> None:
        self._table.close()
