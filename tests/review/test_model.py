"""States and rules, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.model import Case
from services.review.model.candidates import Person, perhaps_family, same_because
from services.review.model.cursors import cursor_of, place_of
from services.review.model.expiry import expiry

CASE = Case(
    id=UUID(int=5),
    application_id=UUID(int=6),
    receipt_number="K7Q4-M2XH-9",
    status="waiting",
    version=1,
    kind="new",
    category="resident",
    language="ja",
    round=1,
    submitted_at=datetime(2026, 11, 20, 1, 2, 3, 456789, UTC),
    waiting_since=datetime(2026, 11, 20, 1, 2, 3, 456789, UTC),
    expected_on=date(2026, 11, 26),
    claim=None,
    decision=None,
    application_version=4,
    contact_version=4,
    expiry_notice=False,
)


def test_a_place_in_the_queue_survives_its_way_through_the_caller() -> None:
    assert place_of(cursor_of(CASE)) == (True, CASE.waiting_since, CASE.id)


@given(st.text(max_size=200))
def test_any_text_is_a_place_or_none_and_never_an_error(text: str) -> None:
    place_of(text)


def test_a_card_of_29_february_ends_on_28_february() -> None:
    assert expiry(date(2028, 2, 29), 5) == date(2033, 2, 28)
    assert expiry(date(2026, 11, 22), 5) == date(2031, 11, 22)


def test_what_is_missing_matches_nothing() -> None:
    nobody = Person("", None, date(2000, 1, 1), "", "")
    assert same_because(nobody, nobody) == ()


def test_a_birth_date_alone_is_no_reason() -> None:
    one = Person("水前寺ハナ", "スイゼンジハナ", date(2000, 1, 1), "見本町1", "096")
    other = Person("例太郎", "レイタロウ", date(2000, 1, 1), "例町2", "097")
    assert same_because(one, other) == ()


ONE = Person("水前寺はな", "スイゼンジハナ", date(1991, 4, 12), "見本町1", "0960000000")


@pytest.mark.parametrize(
    ("changed", "family"),
    [
        ({"name_key": "水前寺陽", "kana_key": "スイゼンジハル", "birth_date": date(2021, 2, 1)}, True),
        ({"name_key": "水前寺陽", "kana_key": None, "birth_date": date(2021, 2, 1)}, True),
        # A slip in the birth date, a marriage, twins, a telephone that is another's now: look at them.
        ({"birth_date": date(1991, 4, 21)}, False),
        ({"name_key": "水前寺花", "birth_date": date(1991, 4, 21)}, False),
        ({"name_key": "水前寺陽", "kana_key": "スイゼンジハル"}, False),
        (
            {
                "name_key": "水前寺陽",
                "kana_key": "スイゼンジハル",
                "birth_date": date(2021, 2, 1),
                "phone_key": "0961111111",
            },
            False,
        ),
    ],
)
def test_perhaps_a_family_is_who_shares_a_telephone_and_nothing_of_ones_own(
    changed: dict[str, Any], family: bool
) -> None:
    assert perhaps_family(ONE, replace(ONE, **changed)) == family
