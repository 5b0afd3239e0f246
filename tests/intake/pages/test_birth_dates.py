"""Four boxes and one text are the same birth date."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.dates import read_date
from services.intake.pages.birth_dates import ERAS, Boxes, apart, slip, together


@pytest.mark.parametrize(
    ("boxes", "written", "day"),
    [
        (Boxes("昭和", "31", "4", "1"), "昭和31年4月1日", "1956-04-01"),
        (Boxes("昭和", "３１", "４月", "１日"), "昭和３１年４月１日", "1956-04-01"),
        (Boxes("西暦", "1956", "4", "1"), "西暦1956年4月1日", "1956-04-01"),
        (Boxes("令和", "元", "5", "1"), "令和元年5月1日", "2019-05-01"),
        (Boxes("昭和", "三十一", "四", "一"), "昭和三十一年四月一日", "1956-04-01"),
        (Boxes("西暦", "昭和31年", "4", "1"), "昭和31年4月1日", "1956-04-01"),
        (Boxes("西暦", "1956/4/1", "", ""), "1956/4/1", "1956-04-01"),
        (Boxes("西暦", "19560401", "", ""), "19560401", "1956-04-01"),
        (Boxes("西暦", "", "", ""), "", None),
        (Boxes("西暦", "31", "4", "1"), "西暦31年4月1日", None),
    ],
)
def test_what_stands_in_the_boxes_is_read_as_the_day_that_is_meant(boxes: Boxes, written: str, day: str | None) -> None:
    found, _, _ = read_date(together(boxes))
    assert (together(boxes), found.isoformat() if found else None) == (written, day)


def test_a_year_of_four_digits_is_western_whatever_era_is_chosen() -> None:
    assert together(Boxes("昭和", "1956", "4", "1")) == "西暦1956年4月1日"


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "西暦60年4月1日",
            "「西暦60年」になっています。昭和60年なら、左の「西暦」を「昭和」に変えてください。",
        ),
        (
            "西暦２５年4月1日",
            "「西暦25年」になっています。昭和25年、平成25年のどれかなら、左の「西暦」をその元号に変えてください。",
        ),
        ("西暦30年2月30日", None),
        ("西暦99年4月1日", None),
        ("西暦1956年2月30日", None),
        ("昭和70年13月1日", None),
        ("いつか", None),
        ("", None),
    ],
)
def test_of_a_year_beside_the_western_calendar_each_era_is_named_that_it_can_be_of(
    written: str, said: str | None
) -> None:
    assert slip(written, TODAY) == said


BOX = st.text("0123456789０１年元昭 /", max_size=6)


@example("昭和", "1 年", "1", "1")
@given(st.sampled_from((*ERAS, "火星")), BOX, BOX, BOX)
def test_taking_a_date_apart_and_together_again_changes_nothing(era: str, year: str, month: str, day: str) -> None:
    written = together(Boxes(era, year, month, day))
    assert together(apart(written)) == written
