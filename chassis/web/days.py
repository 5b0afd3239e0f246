"""Days and times as people write them in the language that is spoken."""

from datetime import date, datetime

from babel.dates import format_date, format_skeleton

from chassis.web.languages import SOURCE, annotated, spoken

#: Japanese with a reading for every word.
EASY = "ja-easy"
_WEEKDAYS = "月火水木金土日"
_WEEKDAY_READINGS = ("げつ", "か", "すい", "もく", "きん", "ど", "にち")


def day(on: date) -> str:
    """11月28日（土）, Sat, Nov 28"""
    return f"{day_of_month(on)}（{_weekday(on)}）" if _in_japanese() else format_skeleton("MMMEd", on, locale=_locale())


def day_with_year(on: date) -> str:
    """2031年11月28日, November 28, 2031"""
    return f"{_year(on)}{day_of_month(on)}" if _in_japanese() else format_date(on, "long", locale=_locale())


def full_day(on: date) -> str:
    """2031年11月28日（金）, Friday, November 28, 2031"""
    return f"{_year(on)}{day(on)}" if _in_japanese() else format_date(on, "full", locale=_locale())


def day_of_month(on: date) -> str:
    """11月28日, November 28"""
    if spoken().code == EASY:
        return annotated(f"{on.month}{{月|がつ}}{on.day}{{日|にち}}")
    return f"{on.month}月{on.day}日" if _in_japanese() else format_skeleton("MMMMd", on, locale=_locale())


def moment(here: datetime) -> str:
    """11月28日（土） 9:05, in the time zone of `here`."""
    return f"{day(here.date())} {here.hour}:{here.minute:02}"


def _in_japanese() -> bool:
    return spoken().html_lang == SOURCE


def _locale() -> str:
    return spoken().html_lang.replace("-", "_")


def _weekday(on: date) -> str:
    day_ = _WEEKDAYS[on.weekday()]
    return annotated(f"{{{day_}|{_WEEKDAY_READINGS[on.weekday()]}}}") if spoken().code == EASY else day_


def _year(on: date) -> str:
    return annotated(f"{on.year}{{年|ねん}}") if spoken().code == EASY else f"{on.year}年"
