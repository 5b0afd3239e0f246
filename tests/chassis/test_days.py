"""Days as each language writes them."""

from datetime import UTC, date, datetime

import pytest

from chassis.web import days
from chassis.web.languages import Language, plain, ruby, speaking

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("code", "html_lang", "said"),
    [
        ("ja", "ja", ("11月28日（土）", "2026年11月28日", "2026年11月28日（土）")),
        ("en", "en", ("Sat, Nov 28", "November 28, 2026", "Saturday, November 28, 2026")),
        ("zh", "zh-Hans", ("11月28日周六", "2026年11月28日", "2026年11月28日星期六")),
        ("ko", "ko", ("11월 28일 (토)", "2026년 11월 28일", "2026년 11월 28일 토요일")),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(code: str, html_lang: str, said: tuple[str, str, str]) -> None:
    with speaking(Language(code, html_lang)):
        assert (days.day(SATURDAY), days.day_with_year(SATURDAY), days.full_day(SATURDAY)) == said


def test_easy_japanese_says_how_a_day_is_read() -> None:
    with speaking(Language("ja-easy", "ja")):
        assert plain(days.day_of_month(date(2026, 4, 20))) == "4月（しがつ）20日（はつか）"
        assert ruby(days.day_of_month(date(2026, 9, 11))) == (
            "<ruby>9月<rp>（</rp><rt>くがつ</rt><rp>）</rp></ruby>"
            "<ruby>11日<rp>（</rp><rt>じゅういちにち</rt><rp>）</rp></ruby>"
        )


def test_a_moment_is_a_day_and_a_time() -> None:
    assert days.moment(datetime(2026, 11, 28, 9, 5, tzinfo=UTC)) == "11月28日（土） 9:05"
