"""What invented people type into the form."""

from tests.intake.forms import PASSWORD

EMAIL = "hana@example.jp"


def resident(**other: str | None) -> dict[str, str | None]:
    """A grown-up of the city, typed in every width at once."""
    return {
        "filled_by": "self",
        "name": "水前寺　　花子",
        "kana": "すいぜんじ ﾊﾅｺ",
        "birth_era": "平成",
        "birth_year": "３",
        "birth_month": "4",
        "birth_day": "12日",
        "postal_code": "８６２ー０９７１",
        "address": "熊本市中央区大江６丁目１ー74",
        "phone": "０９０１２３４５６７８",
        "email": "Hana@Example.JP",
        "password": PASSWORD,
        "category": "resident",
        "pickup_branch": "main",
        "hold_contact": "mail",
        "consent": "true",
        **other,
    }
