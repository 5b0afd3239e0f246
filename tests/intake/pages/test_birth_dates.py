"""Four boxes and one text are the same birth date."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.dates import read_date
from services.intake.pages.birth_dates import ERAS, Boxes, apart, together


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


BOX = st.text("0123456789０１年元昭 /", max_size=6)


@example("昭和", "1 年", "1", "1")
@given(st.sampled_from((*ERAS, "火星")), BOX, BOX, BOX)
def test_taking_a_date_apart_and_together_again_changes_nothing(era: str, year: str, month: str, day: str) -> None:
    written = together(Boxes(era, year, month, day))
    assert together(apart(written)) == written
