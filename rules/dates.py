"""Birth dates as people write them: Western or Japanese era, any width, any separator."""

import re
from datetime import date

from rules import text

MAX_AGE = 120

# (name, short forms, first day, last day); the day of change belongs to both eras up to Showa.
_ERAS: tuple[tuple[str, str, date, date], ...] = (
    ("明治", "明Mm", date(1868, 1, 25), date(1912, 7, 30)),
    ("大正", "大Tt", date(1912, 7, 30), date(1926, 12, 25)),
    ("昭和", "昭Ss", date(1926, 12, 25), date(1989, 1, 7)),
    ("平成", "平Hh", date(1989, 1, 8), date(2019, 4, 30)),
    ("令和", "令Rr", date(2019, 5, 1), date.max),
)
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_NUMBER = r"[0-9]+|[〇○零一二三四五六七八九十百千]+"
_WRITTEN = re.compile(
    rf"(?:西暦)?(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])?[. ]*"
    rf"(?P<year>{_NUMBER}|元)(?:年|[-/. ])[-/. ]*"
    rf"(?P<month>{_NUMBER})(?:月|[-/. ])[-/. ]*"
    rf"(?P<day>{_NUMBER})日?(?:生まれ|生)?"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_SEPARATORS = re.compile("[" + re.escape(text.HYPHENS + text.WAVES) + "・･·,、。‧•⁄∕\\\\]")


def read_birth_date(raw: str, today: date) -> tuple[date | None, str | None, tuple[str, ...]]:
    """(day, None, notes) or (None, error, ()): read_date, and `dob_future`, `dob_over_120` (completed years)."""
    born, error, notes = read_date(raw)
    if born is None:
        return None, error, ()
    if born > today:
        return None, "dob_future", ()
    if age(born, today) > MAX_AGE:
        return None, "dob_over_120", ()
    return born, None, notes


def read_date(raw: str) -> tuple[date | None, str | None, tuple[str, ...]]:
    """(day, None, notes) or (None, error, ()).

    Errors: `dob_format` (not readable as a date; a year of two digits without an era), `dob_not_a_date` (no such
    day). Note `era_boundary`: the day lies outside the era written, as on documents printed before the era
    changed (平成31年5月1日 = 2019-05-01, a licence until 平成38年 = 2026).
    """
    written = text.one_space(_SEPARATORS.sub("-", text.ascii_digits(raw)))
    found = _COMPACT.fullmatch(written) or _WRITTEN.fullmatch(written)
    if found is None or len(written) > 40:
        return None, "dob_format", ()
    era = _era(found.groupdict().get("era"))
    year, month, day = (number(found[part]) for part in ("year", "month", "day"))
    if year is None or month is None or day is None:
        return None, "dob_format", ()
    if era is None and year < 1000 and len(found["year"]) != 4:
        return None, "dob_format", ()
    if year == 0:
        return None, "dob_not_a_date", ()
    try:
        read = date(year if era is None else era[2].year + year - 1, month, day)
    except (ValueError, OverflowError):
        return None, "dob_not_a_date", ()
    outside = era is not None and not era[2] <= read <= era[3]
    return read, None, ("era_boundary",) if outside else ()


def age(born: date, on: date) -> int:
    """Completed years, the birthday itself included."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def in_japanese_era(day: date) -> str:
    """2019-05-01 → 令和元年5月1日; days before 明治6年 (the solar calendar) as 西暦."""
    for name, _, first, _last in reversed(_ERAS):
        if day >= max(first, date(1873, 1, 1)):
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def number(written: str) -> int | None:
    """31, 三十一, 二〇一五 or 元; None when it is no number."""
    if written == "元":
        return 1
    if written.isascii():
        return int(written) if written.isdigit() and len(written) <= 8 else None
    if all(char in _DIGITS for char in written):
        return int("".join(str(_DIGITS[char]) for char in written[:8]))
    total = section = 0
    for char in written:
        if char in _DIGITS:
            section = _DIGITS[char]
        elif char in "十百千":
            total += (section or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            section = 0
        else:
            return None
    return total + section


def _era(written: str | None) -> tuple[str, str, date, date] | None:
    return next((era for era in _ERAS if written and (written == era[0] or written in era[1])), None)
