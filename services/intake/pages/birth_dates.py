"""The birth date as a form asks for it, in four boxes, and as one text, which is how everything else knows it."""

import re
from typing import NamedTuple

from chassis.web.languages import marked as _
from rules import dates, text

WESTERN = _("西暦")
#: In the order of the form; with the Western year before the first of each, for the script that reads the boxes.
ERAS = {WESTERN: 0, _("昭和"): 1925, _("平成"): 1988, _("令和"): 2018, _("大正"): 1911, _("明治"): 1867}
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


def apart(written: str) -> Boxes:
    """The boxes that `together` reads as this; a date written in another way goes into the box of the year."""
    found = _TOGETHER.fullmatch(written)
    return Boxes(found[1] or WESTERN, found[2], found[3], found[4]) if found else Boxes(year=written)
