"""How many writings of a public set of addresses share a key with the form that the set says is right.

    .venv/bin/python -m tests.rules.address_sets FILE…

CSV: the address first, then in columns its parts (都道府県 to その他), as normalize-japanese-addresses has them in
test/addresses/addresses.csv. JSON: [{query: {input}, result: {output}}], as abr-geocoder in e2e/test-data/*/expects.json. The
files are others', and none is kept here; each address counts once.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from rules.understanding import understand

_PARTS = ("都道府県", "市区町村", "町字", "番地号", "その他")


def main(names: Sequence[str]) -> int:
    pairs = dict(pair for name in names for pair in _pairs(Path(name)))
    apart = [(typed, right) for typed, right in pairs.items() if _key(typed) != _key(right)]
    for typed, right in apart:
        print(f"{typed}\t{right}\t{_key(typed)}\t{_key(right)}")
    print(f"{len(pairs) - len(apart)} of {len(pairs)} ({1 - len(apart) / len(pairs):.1%})")
    return 0


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".csv":
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines()):
            yield row["住所"], "".join(row[part] for part in _PARTS)
    else:
        for case in json.loads(path.read_text("utf-8")):
            if case["query"]["input"] and case["result"]["output"]:
                yield case["query"]["input"], case["result"]["output"]


def _key(address: str) -> str:
    return understand("address", address, today=date(2026, 12, 1)).match_key


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
