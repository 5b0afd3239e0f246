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
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "壱": 1,
    "壹": 1,
    "弐": 2,
    "貳": 2,
    "貮": 2,
    "参": 3,
    "參": 3,
}
_TENS = {"十": 10, "拾": 10, "廿": 20, "卄": 20, "卅": 30, "丗": 30, "百": 100, "千": 1000}
#: As people write numbers in kanji, and old documents do.
KANJI_NUMERALS = "〇○零一二三四五六七八九十百千廿卄卅丗壱壹弐貳貮参參拾"
_NUMBER = f"[0-9]+|[{KANJI_NUMERALS}]+"
_ERA = "明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr]"
_BREAK = "[-/. ]"
_YEAR = rf"(?:西暦)?{_BREAK}*(?P<era>{_ERA})?{_BREAK}*(?P<year>{_NUMBER}|元)"
_WRITTEN = re.compile(
    rf"{_YEAR}(?: ?年|{_BREAK}){_BREAK}*(?P<month>{_NUMBER})(?: ?月|{_BREAK}){_BREAK}*(?P<day>{_NUMBER}) ?日?[-. ]*"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_COMPACT_ERA = re.compile(rf"(?P<era>{_ERA}){_BREAK}*(?P<year>[0-9]{{2}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}}){_BREAK}+([0-9]{{1,2}}){_BREAK}+([0-9]{{4}})")
_YEAR_ALONE = re.compile(rf"{_YEAR} ?年?")
_NO_DAY = re.compile(rf"{_YEAR}(?: ?年|{_BREAK}|$){_BREAK}*(?:(?:{_NUMBER}) ?)?月?{_BREAK}*日?")
_IN_BRACKETS = re.compile(r"([^()]*)\(([^()]*)\)([^()]*)")
_SIDE_BY_SIDE = (
    # 昭和60年/1985年5月5日, and two whole dates.
    re.compile(
        rf"((?:西暦)?(?:{_ERA})?{_BREAK}*(?:{_NUMBER}|元) ?年)[-/=. ]*((?:西暦)?(?:{_ERA})?{_BREAK}*(?:{_NUMBER}|元) ?年)(.*)"
    ),
    re.compile(r"([^日]*日)[-/=. ]*([^日]*日)()"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = re.compile(
    "(?<![a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_NO_PART_OF_IT = re.compile(
    "(?<=[0-9])(?:st|nd|rd|th)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|of|the|born|on|西暦|[-年月日,./ ]"
)
_UNKNOWN = re.compile(
    "不明|不詳|不详|未詳|未详|不清楚|不知道|不記得|不记得|(?:分か|わか|判)(?:らな|りませ|らん)|(?:知|し)(?:らな|りませ)|覚えて(?:いな|いませ|な)|"
    "미상|모름|모르|모릅|unknown|not (?:know|sure|recorded)|(?:do not|don't|don’t) know|no idea"
)
_UNKNOWN_MARK = re.compile("(?<![0-9a-z])[*?x]{1,4}(?![0-9a-z])")
_LABEL = re.compile(
    "^[(「]?(?:生年月日|誕生日|出生年月日|出生日期|生日|せいねんがっぴ|たんじょうび|생年月日|생日|"
    "date of birth|birth ?date|birthday|dob|d-o-b-?|born)"
    r"\)? ?[:=は은는-]? ?(?:on )?",
    re.IGNORECASE,
)
_BORN = re.compile(" ?(?:(?:に|の)?(?:生まれ|うまれ|生|出生|출생|생)|です|입니다|。)+$")
_WEEKDAY = re.compile("(?<=[日0-9]) ?[(]?[月火水木金土日]曜日?[)]?$")
#: Behind a day, as a machine writes it.
_MIDNIGHT = re.compile("(?<=[0-9])[T ]00:00(?::00)?(?:[.]0+)?Z?$")
_SAID = (
    (re.compile("明治|めいじ|メイジ|meiji", re.IGNORECASE), "明治"),
    (re.compile("大正|たいしょう|タイショウ|taisho", re.IGNORECASE), "大正"),
    (re.compile("昭和|しょうわ|ショウワ|showa", re.IGNORECASE), "昭和"),
    (re.compile("平成|へいせい|ヘイセイ|heisei", re.IGNORECASE), "平成"),
    (re.compile("令和|れいわ|レイワ|reiwa", re.IGNORECASE), "令和"),
    (re.compile("がんねん|ガンネン"), "元年"),
    (re.compile("ねん|ネン"), "年"),
    (re.compile("がつ|ガツ"), "月"),
    (re.compile("(?<=[0-9 ])(?:にち|ニチ)"), "日"),
)
_ERA_IN_BRACKETS = re.compile(
    r"^\(([明大昭平令][治正和成]?|[MTSHRmtshr])\)|^([明大昭平令][治正和成])\(([0-9元]{1,2})\)(?=[年. /-])"
)
_ALL_IN_BRACKETS = re.compile(r"^\(([^()]*)\)$")
_SEPARATORS = re.compile("[" + re.escape(text.HYPHENS + text.WAVES) + "・･·,、。‧•⁄∕_\\\\]")
_UNITS = str.maketrans("년월일號号[]【】〔〕「」", "年月日日日()()()()")
_LONGEST = 60


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
    day), `dob_ambiguous` (3/4/1985: nobody knows which is the month), `dob_unknown` (a year without month or day, as on some
    residence cards), `dob_calendars_differ` (written by both calendars, and not the same day). Note `era_boundary`: the day
    lies outside the era written, as on documents printed before the era changed (平成31年5月1日 = 2019-05-01, a licence until
    平成38年 = 2026).
    """
    written = text.one_space(_SEPARATORS.sub("-", text.ascii_digits(raw).translate(_UNITS)))
    if len(written) > _LONGEST:
        return None, "dob_format", ()
    written = _plain(written)
    first, second = _two_calendars(written)
    day, error, notes = _one_date(first)
    if day is None or second is None:
        return day, error, notes
    other = _one_date(second)[0]
    year = other.year if other else _year(_YEAR_ALONE.fullmatch(second))
    if year is None:
        return None, "dob_format", ()
    if year != day.year or other not in (None, day):
        return None, "dob_calendars_differ", ()
    return day, None, notes


def _plain(written: str) -> str:
    """Without what stands around a date and is no part of it, and with the eras and units that are written as they are said."""
    for said, meant in _SAID:
        written = said.sub(meant, written)
    written = _ALL_IN_BRACKETS.sub(r"\1", _BORN.sub("", _LABEL.sub("", written)))
    written = _WEEKDAY.sub("", _MIDNIGHT.sub("", written))
    return _ERA_IN_BRACKETS.sub(lambda found: "".join(part or "" for part in found.groups()), written).strip()


def _two_calendars(written: str) -> tuple[str, str | None]:
    """昭和60年(1985年)5月5日 → 昭和60年5月5日 and 1985年. What stands in brackets and has no number in it is no date."""
    if found := _IN_BRACKETS.fullmatch(written):
        before, within, after = (part.strip() for part in found.groups())
        counts = re.search(f"[0-9{KANJI_NUMERALS}元]", within)
        return text.one_space(f"{before}{after}"), within if counts else None
    for pattern in _SIDE_BY_SIDE:
        if found := pattern.fullmatch(written):
            return found[1] + found[3], found[2]
    return written, None


def _one_date(written: str) -> tuple[date | None, str | None, tuple[str, ...]]:
    spoken = written.lower()
    if found := _MONTH_NAME.search(spoken):
        return _with_month_name(spoken, found)
    if found := _YEAR_LAST.fullmatch(written):
        return _year_last(*(int(part) for part in found.groups()))
    written = _UNKNOWN_MARK.sub("0", spoken) if not _COMPACT_ERA.fullmatch(written) else written
    found = _COMPACT.fullmatch(written) or _COMPACT_ERA.fullmatch(written) or _WRITTEN.fullmatch(written)
    if found is None:
        partly = _UNKNOWN.search(spoken) or _year(_NO_DAY.fullmatch(written))
        return None, "dob_unknown" if partly else "dob_format", ()
    year, month, day = _year(found), number(found["month"]), number(found["day"])
    if year is None or month is None or day is None:
        return None, "dob_format", ()
    if year > 0 and 0 in (month, day):
        return None, "dob_unknown", ()
    read = _day(year, month, day)
    if read is None:
        return None, "dob_not_a_date", ()
    era = _era(found.groupdict().get("era"))
    outside = era is not None and not era[2] <= read <= era[3]
    return read, None, ("era_boundary",) if outside else ()


def _year(found: re.Match[str] | None) -> int | None:
    """The Western year of what was found; 0 for the year 0 of any calendar, None where it is not said which year is meant."""
    year = number(found["year"]) if found else None
    if found is None or year is None or year == 0:
        return year
    era = _era(found.groupdict().get("era"))
    if era is not None:
        return era[2].year + year - 1
    return None if year < 1000 and len(found["year"]) != 4 else year


def _with_month_name(spoken: str, found: re.Match[str]) -> tuple[date | None, str | None, tuple[str, ...]]:
    rest = _NO_PART_OF_IT.sub(" ", f"{spoken[: found.start()]} {spoken[found.end() :]}").split()
    years, days = ([part for part in rest if part.isdecimal() and (len(part) == 4) is long] for long in (True, False))
    if len(rest) != 2 or len(years) != 1 or len(days) != 1:
        return None, "dob_unknown" if years and len(rest) == 1 else "dob_format", ()
    if int(days[0]) == 0:
        return None, "dob_unknown", ()
    read = _day(int(years[0]), _MONTHS.index(found[1][:3]) + 1, int(days[0]))
    return read, None if read else "dob_not_a_date", ()


def _year_last(first: int, second: int, year: int) -> tuple[date | None, str | None, tuple[str, ...]]:
    """25/12/1985 and 12/25/1985 are one day, 3/4/1985 may be two."""
    if 0 in (first, second):
        return None, "dob_unknown", ()
    days = {day for day in (_day(year, first, second), _day(year, second, first)) if day}
    if len(days) == 1:
        return days.pop(), None, ()
    return None, "dob_ambiguous" if days else "dob_not_a_date", ()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


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
        elif char in _TENS:
            total += (section or 1) * _TENS[char]
            section = 0
        else:
            return None
    return total + section


def _era(written: str | None) -> tuple[str, str, date, date] | None:
    return next((era for era in _ERAS if written and (written == era[0] or written in era[1])), None)
