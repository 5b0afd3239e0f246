"""Forms as people send them, invented."""

from typing import Any

PASSWORD = "kuromame42"


def resident(**other: Any) -> dict[str, Any]:
    """A grown-up of the city, typed in every width at once."""
    return {
        "kind": "new",
        "name": "水前寺　　花子",
        "kana": "すいぜんじ ﾊﾅｺ",
        "birth_date": "平成３年４月12日",
        "postal_code": "８６２ー０９７１",
        "address": "熊本市中央区大江６丁目１ー74",
        "phone": "０９０１２３４５６７８",
        "email": "Hana@Example.JP",
        "password": PASSWORD,
        "category": "resident",
        "pickup_branch": "main",
        "hold_contact": "mail",
        "language": "ja",
        "consent": True,
        **other,
    }


def commuter(**other: Any) -> dict[str, Any]:
    """Lives elsewhere, works in the city."""
    place = {
        "category": "commuter",
        "address": "福岡市中央区天神1-1-1",
        "organisation_name": "㈱みほん",
        "organisation_address": "熊本市東区健軍１－２",
    }
    return resident(**{**place, **other})


def child(**other: Any) -> dict[str, Any]:
    """In the fourth year of primary school."""
    return resident(**{"birth_date": "2016-05-05", "guardian_name": "水前寺 太郎", **other})
