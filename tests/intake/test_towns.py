"""A town begins an address; nothing that was typed is lost by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.model.towns import with_town

OE, IZUMI, IZUMI_EAST = "熊本県熊本市中央区大江", "熊本県熊本市中央区出水", "熊本県熊本市東区出水"


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("", OE),
        (OE, OE),
        (f"{OE}6-1", f"{OE}6-1"),
        ("大江6-1-74", f"{OE}6-1-74"),
        ("熊本市中央区大江6-1", f"{OE}6-1"),
        ("東京都港区1", "東京都港区1"),
    ],
)
def test_a_town_is_put_before_what_was_typed(typed: str, whole: str) -> None:
    assert with_town(typed, OE) == whole


def test_another_town_of_the_code_is_exchanged() -> None:
    assert with_town(f"{IZUMI}3-4", IZUMI_EAST, (IZUMI, IZUMI_EAST)) == f"{IZUMI_EAST}3-4"


@given(st.text(alphabet="熊本県市中央区大江出水1-", max_size=12))
def test_done_twice_is_done_once_and_numbers_stay(typed: str) -> None:
    once = with_town(typed, OE, (OE,))
    assert with_town(once, OE, (OE,)) == once
    assert [char for char in once if char in "1-"] == [char for char in typed if char in "1-"]
