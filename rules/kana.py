"""Readings of names in katakana, from hiragana or any width."""

import re
import unicodedata

from rules import text

MAX_CHARACTERS = 100

_HYPHEN_AFTER_KANA = re.compile("(?<=[ァ-ヺー])[" + re.escape(text.HYPHENS + text.WAVES) + "]")
_ALLOWED = re.compile("[ァ-ヺー・ヽヾ ]+")
_IDEOGRAPHS = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶヂヅヲヰヱ", "アイウエオツヤユヨワカケジズオイエ")
_LONG = re.compile("ー|(?<=[オコソトノホモヨロゴゾドボポウクスツヌフムユルグズブプ])ウ")


def display(raw: str) -> str:
    """Katakana with one space between the parts; every kind of hyphen after kana is the long-vowel mark."""
    shown = text.hiragana_to_katakana(text.gentle(text.hiragana_to_katakana(raw)))
    shown = unicodedata.normalize("NFC", shown.replace("･", "・").replace("·", "・"))
    return _HYPHEN_AFTER_KANA.sub("ー", shown)


def problem(shown: str) -> tuple[str, str] | None:
    """(`kana_kanji`, the kanji) or (`kana_not_katakana`, the other characters)."""
    if _ALLOWED.fullmatch(shown):
        return None
    kanji = "".join(dict.fromkeys(_IDEOGRAPHS.findall(shown)))
    if kanji:
        return "kana_kanji", kanji
    return "kana_not_katakana", "".join(dict.fromkeys(char for char in shown if not _ALLOWED.fullmatch(char)))


def match_key(shown: str) -> str:
    """For finding candidates only: サトー = サトウ, キョウコ = キヨウコ, spaces and dots ignored."""
    key = re.sub("[ ・]", "", shown).translate(_LARGE)
    return _LONG.sub("", key) or key
