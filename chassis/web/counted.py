"""How a number is read before what it counts: 7日 なのか, 30分 さんじゅっぷん, 1人 ひとり, 20歳 はたち.

A text says what is counted and its usual reading, {分|ふん}; the number comes later, so the reading of both is made here.
"""

import re
from collections.abc import Mapping

_DIGITS = ("", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_HUNDREDS = {1: "ひゃく", 3: "さんびゃく", 6: "ろっぴゃく", 8: "はっぴゃく"}
_DAYS = {
    1: "ついたち",
    2: "ふつか",
    3: "みっか",
    4: "よっか",
    5: "いつか",
    6: "むいか",
    7: "なのか",
    8: "ようか",
    9: "ここのか",
    10: "とおか",
    17: "じゅうしちにち",
    19: "じゅうくにち",
    20: "はつか",
    27: "にじゅうしちにち",
    29: "にじゅうくにち",
}
_MONTHS = {4: "し", 7: "しち", 9: "く"}
#: Words of their own, by the counter's usual reading.
_OWN = {
    "にん": {1: "ひとり", 2: "ふたり"},
    "さい": {20: "はたち"},
    "もじ": {1: "ひともじ"},
}
#: How the number ends before these.
_ENDS: Mapping[str, Mapping[str, str]] = {
    "じかん": {"よん": "よ", "なな": "しち", "きゅう": "く"},
    "じ": {"よん": "よ", "なな": "しち", "きゅう": "く"},
    "ねん": {"よん": "よ"},
    "にん": {"よん": "よ"},
}
_SHORT = {"いち": "いっ", "はち": "はっ", "じゅう": "じゅっ"}
_SHORTER = {**_SHORT, "ろく": "ろっ", "ひゃく": "ひゃっ", "びゃく": "びゃっ", "ぴゃく": "ぴゃっ"}
#: Counters that begin with s, t: 一歳 いっさい, 六歳 ろくさい; with k and h: 一回 いっかい, 六回 ろっかい.
_AFTER_SHORT, _AFTER_SHORTER = (
    ("さい", "さつ", "しゅう", "てん"),
    ("かい", "けん", "かげつ", "かしょ", "きゅう", "ふん"),
)
_COUNTED = re.compile(
    "(?<![0-9.,])([0-9]{1,3})\ufff9([^\ufff9\ufffa\ufffb]{1,8})\ufffa([^\ufff9\ufffa\ufffb]{1,16})\ufffb"
)


def number(value: int) -> str:
    """The number alone, 0 to 999: 14 じゅうよん."""
    if value == 0:
        return "ぜろ"
    hundreds, tens, ones = (value // 10**power % 10 for power in (2, 1, 0))
    said = _HUNDREDS.get(hundreds, f"{_DIGITS[hundreds]}ひゃく") if hundreds else ""
    said += f"{_DIGITS[tens] if tens > 1 else ''}じゅう" if tens else ""
    return said + _DIGITS[ones]


def reading(value: int, usual: str) -> str:
    """How 0 to 999 is read before a counter; `usual` is the counter's reading and of what follows it in its word:
    にち, にちご (日後), ふん, まい, がつ (the month of that number)."""
    if usual.startswith("にち"):
        return _days(value, usual.removeprefix("にち"))
    if usual == "がつ":
        return _MONTHS.get(value, number(value)) + usual
    for counter, own in _OWN.items():
        if usual.startswith(counter) and value in own:
            return own[value] + usual.removeprefix(counter)
    for counter, ends in _ENDS.items():
        if usual.startswith(counter):
            return _ending(number(value), ends) + usual
    if usual.startswith(_AFTER_SHORT):
        return _ending(number(value), _SHORT) + usual
    if usual.startswith(_AFTER_SHORTER):
        said = _ending(number(value), _SHORTER)
        # 一分 いっぷん, 三分 さんぷん, 四分 よんぷん.
        hard = usual.startswith("ふん") and said.endswith(("っ", "ん"))
        return said + (f"ぷ{usual[1:]}" if hard else usual)
    return number(value) + usual


def counted(text: str) -> str:
    """Every number right before an annotated counter is read together with it: 7 and {日|にち} become {7日|なのか}.

    Of up to three digits: the reading of 2026年 would tear the line, and its ねん is right by itself.
    """
    return _COUNTED.sub(_together, text)


def _together(found: "re.Match[str]") -> str:
    digits, counter, usual = found.groups()
    return f"\ufff9{digits}{counter}\ufffa{reading(int(digits), usual)}\ufffb"


def _days(value: int, after: str) -> str:
    """1日 is the first of a month, いちにち where days are counted (日間, 日後)."""
    if value == 1 and after:
        return f"いちにち{after}"
    if value in _DAYS:
        return _DAYS[value] + after
    return (f"{number(value - 4)}よっか" if value % 10 == 4 else f"{number(value)}にち") + after


def _ending(said: str, ends: Mapping[str, str]) -> str:
    for end, other in ends.items():
        if said.endswith(end):
            return said.removesuffix(end) + other
    return said
