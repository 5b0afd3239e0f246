"""The birth date as a form asks for it, in four boxes, and as one text, which is how everything else knows it."""

import re
from datetime import date
from typing import NamedTuple

from chassis.web.languages import gettext
from chassis.web.languages import marked as _
from rules import dates, text

WESTERN = _("西暦")
#: In the order of the form; with the Western year before the first of each, for the script that reads the boxes.
ERAS = {WESTERN: 0, _("昭和"): 1925, _("平成"): 1988, _("令和"): 2018, _("大正"): 1911, _("明治"): 1867}
_ONE_ERA = _(
    "「%(western)s%(year)s年」になっています。%(era)s%(year)s年なら、左の「%(western)s」を「%(era)s」に変えてください。"
)
_SEVERAL_ERAS = _(
    "「%(western)s%(year)s年」になっています。%(years)sのどれかなら、左の「%(western)s」をその元号に変えてください。"
)
_TOGETHER = re.compile("(" + "|".join(ERAS) + ")?([^年月日]*)年([^年月日]*)月([^年月日]*)日")


class Boxes(NamedTuple):
    """What stands in the boxes of the form."""

    era: str = WESTERN
    year: str = ""
    month: str = ""
    day: str = ""


def together(boxes: Boxes) -> str:
    """昭和31年4月1日. A year of four digits is Western whatever the era says; a whole date in one box stays as it is."""
    year, month, day = (text.one_space(box) for box in boxes[1:])
    if not (month or day):
        return year
    year, month, day = (box.removesuffix(unit).rstrip() for box, unit in zip((year, month, day), "年月日", strict=True))
    digits = text.ascii_digits(year)
    era = boxes.era if boxes.era in ERAS else WESTERN
    if dates.number(digits) is None:
        era = ""
    elif digits.isdecimal() and len(digits) >= 4:
        era = WESTERN
    return f"{era}{year}年{month}月{day}日"


def is_together(written: str) -> bool:
    """Whether it reads as `together` writes what was typed into the boxes."""
    return _TOGETHER.fullmatch(written) is not None


def slip(written: str, today: date) -> str | None:
    """What to say of a year of a Japanese era that stands beside 西暦; None where that is not what is wrong."""
    boxes = apart(written)
    year = dates.number(text.ascii_digits(boxes.year))
    if boxes.era != WESTERN or year is None or not is_together(written):
        return None
    rest = f"年{boxes.month}月{boxes.day}日"
    meant = [era for era in ERAS if era != WESTERN and _is_plausible(f"{era}{year}{rest}", today)]
    if not meant:
        return None
    said = {"western": gettext(WESTERN), "year": year, "era": gettext(meant[0])}
    if len(meant) == 1:
        return gettext(_ONE_ERA) % said
    years = gettext("、").join(gettext("%(era)s%(year)s年") % {"era": gettext(era), "year": year} for era in meant)
    return gettext(_SEVERAL_ERAS) % {**said, "years": years}


def _is_plausible(written: str, today: date) -> bool:
    born, _error, notes = dates.read_birth_date(written, today)
    return born is not None and not notes


def apart(written: str) -> Boxes:
    """The boxes that `together` reads as this; a date written in another way goes into the box of the year."""
    found = _TOGETHER.fullmatch(written)
    return Boxes(found[1] or WESTERN, found[2], found[3], found[4]) if found else Boxes(year=written)
