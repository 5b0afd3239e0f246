"""Addresses: hyphens between numbers made one, long-vowel marks left alone; the key folds 丁目・番・号."""

import re
import unicodedata

from rules import text
from rules.dates import number
from rules.itaiji import one_form

MAX_CHARACTERS = 200

_ANY_HYPHEN = "[" + re.escape(text.HYPHENS) + "]"
# Only between digits and letters: タワー36階 and 商工センター6丁目 keep their long vowels.
_BETWEEN_NUMBERS = re.compile(rf"(?<=[0-9A-Za-z]) ?{_ANY_HYPHEN} ?(?=[0-9A-Za-z])")
_WIDE_HYPHEN_AFTER_KANA = re.compile("(?<=[ァ-ヺぁ-ゖーｦ-ﾟ])\uff0d")
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百千]+(?=丁目|番地|番(?![町丁館街])|号)")
_PREFECTURE = re.compile("^(?:東京都|北海道|(?:京都|大阪)府|[^ 0-9市郡区町村]{2,3}県)")
_UNITS = re.compile("(?<=[0-9])(?:丁目|番地の?|番(?![町丁館街])の?|号室?|の(?=[0-9]))")


def display(raw: str) -> str:
    """As it will be shown; kanji numerals stay as typed."""
    shown = text.thorough(_WIDE_HYPHEN_AFTER_KANA.sub("ー", raw))
    return _BETWEEN_NUMBERS.sub("-", shown)


def match_key(shown: str) -> str:
    """For finding candidates only: 大江六丁目1番74号 = 大江6-1-74. Spaces and a leading prefecture are dropped."""
    key = unicodedata.normalize("NFKC", text.without_selectors(shown))
    key = _PREFECTURE.sub("", key.replace("大字", ""))
    key = _KANJI_NUMBER.sub(lambda found: str(number(found[0])), key)
    key = re.sub(r"(?<=[0-9]) (?=[0-9])", "-", key)
    key = re.sub("-+", "-", _UNITS.sub("-", key.replace(" ", "")))
    key = re.sub("(?<![0-9A-Za-z])-|-(?![0-9A-Za-z])", "", key)
    return one_form(text.hiragana_to_katakana(key)).upper().translate(str.maketrans("ヶヵ", "ケカ"))
