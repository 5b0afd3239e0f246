from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import dates
from rules.understanding import Understood, understand

TODAY = date(2026, 12, 1)
DAYS = st.dates(date(1926, 12, 26), date(1988, 12, 31))


def read(raw: str) -> Understood:
    return understand("birth_date", raw, today=TODAY)


FORMS = (
    "昭和 {e} 年 {m} 月 {d} 日",
    "昭和{e}年（{y}年）{m}月{d}日",
    "{y}年（昭和{e}年）{m}月{d}日",
    "昭和{e}({y})年{m}月{d}日生まれ",
    "昭和{e}年/{y}年{m}月{d}日",
    "{y}-{m}-{d} [S{e}.{m}.{d}]",
    "S-{e}-{m}-{d}",
    "s{e}/{m}/{d}",
    "S{e:02}{m:02}{d:02}",
    "昭和{e:02}{m:02}{d:02}",
    "{y}년 {m}월 {d}일",
    "{y}. {m}. {d}.",
    "{y}年{m}月{d}号",
    "{month} {d}, {y}",
    "{d} {month} {y}",
    "{d:02}-{short}-{y}",
    "{short}. {d} {y}",
    "{y} {short} {d}",
    "生年月日：{y}年{m}月{d}日",
    "誕生日 昭和{e}年{m}月{d}日です",
    "出生日期：{y}年{m}月{d}日",
    "생년월일: {y}년 {m}월 {d}일",
    "Date of birth: {month} {d}, {y}",
    "DOB: {y}-{m}-{d}",
    "（昭和）{e}年{m}月{d}日",
    "昭和({e})年{m}月{d}日",
    "「昭和{e}年{m}月{d}日」",
    "しょうわ{e}ねん{m}がつ{d}にち",
    "Showa {e}.{m}.{d}",
    "{y}年{m}月{d}日 日曜日",
    "{y}-{m:02}-{d:02}T00:00:00",
    "{y}\u00ad-{m}\u200b-{d}\ufeff",
    "{d}th of {month} {y}",
)


@settings(max_examples=300, deadline=None)
@given(day=DAYS, form=st.sampled_from(FORMS))
def test_a_birth_date_is_read_in_every_form_that_people_write(day: date, form: str) -> None:
    parts = {"y": day.year, "e": day.year - 1925, "m": day.month, "d": day.day}
    written = form.format(**parts, month=day.strftime("%B"), short=day.strftime("%b").upper())
    assert (read(written).error, read(written).display) == (None, day.isoformat())


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("平成元年(1989年)1月8日", "1989-01-08"),
        ("H元/1/8", "1989-01-08"),
        ("5th of May 1985", "1985-05-05"),
        ("Sunday, May 5, 1985", "1985-05-05"),
        ("昭和六十年（一九八五年）五月五日", "1985-05-05"),
        ("昭和壱年十二月参拾日", "1926-12-30"),
        ("1985年5月5日（日）", "1985-05-05"),
        ("平成廿年十月廿一日", "2008-10-21"),
        ("昭和卅年五月卅一日", "1955-05-31"),
        ("昭和貳拾年参月壹日", "1945-03-01"),
        ("25/12/1985", "1985-12-25"),
        ("12/25/1985", "1985-12-25"),
        ("5.5.1985", "1985-05-05"),
    ],
)
def test_rarer_forms_are_read_too(raw: str, day: str) -> None:
    assert (read(raw).error, read(raw).display) == (None, day)


@pytest.mark.parametrize(
    "raw",
    ["昭和60年(1986年)5月5日", "1985年(昭和61)5月5日", "1985年5月5日(昭和60年5月6日)", "昭和60年/1984年5月5日"],
)
def test_two_calendars_that_do_not_agree_are_asked_about(raw: str) -> None:
    assert read(raw).error == "dob_calendars_differ"


@pytest.mark.parametrize(
    "raw",
    [
        "1985-00-00",
        "1985-05-00",
        "1985年00月00日",
        "昭和60年0月0日",
        "19850500",
        "1985-**-**",
        "1985/XX/XX",
        "1985年不詳",
        "昭和60年5月日不詳",
        "不詳",
        "미상",
        "unknown",
        "1985年",
        "1985年5月",
        "May 1985",
        "00/00/1985",
        "1985",
        "S60",
        "昭和60",
        "1985年--月--日",
        "わかりません",
        "知りません",
        "不知道",
        "모릅니다",
        "I don't know",
    ],
)
def test_a_day_that_nobody_knows_is_no_slip(raw: str) -> None:
    assert read(raw).error == "dob_unknown"


@pytest.mark.parametrize("raw", ["3/4/1985", "03-04-1985", "11.12.1985"])
def test_which_is_the_month_is_asked_and_not_guessed(raw: str) -> None:
    assert read(raw).error == "dob_ambiguous"


@pytest.mark.parametrize(
    "raw", ["5 May 85", "May", "13/13/1985", "February 30, 1985", "60年5月5日", "S60505", "1985年5月5日" * 9]
)
def test_what_is_no_date_is_not_read_as_one(raw: str) -> None:
    assert read(raw).display == ""


@settings(max_examples=200, deadline=None)
@given(day=st.dates(date(1907, 1, 1), TODAY), with_brackets=st.booleans())
def test_the_form_of_a_certificate_with_both_calendars_is_read(day: date, with_brackets: bool) -> None:
    era = dates.in_japanese_era(day)
    written = f"{era}({day.isoformat()})" if with_brackets else f"{era} {day.year}年{day.month}月{day.day}日"
    assert read(written).display == day.isoformat()
