"""Readings of names in katakana, from hiragana or any width."""

import re
import unicodedata

from rules import text

MAX_CHARACTERS = 100

_HYPHEN_AFTER_KANA = re.compile("(?<=[ァ-ヺー])[" + re.escape(text.HYPHENS + text.WAVES) + "]")
_REPEATED_KANJI_MARK = re.compile("(?<=[ァ-ヺーヽヾ])々")
#: Between the parts of a foreign name: マリア・クルス, マリー＝ルイーズ.
_SEPARATORS = str.maketrans("･·•‧∙⋅/=゠꞊", "・・・・・・・＝＝＝")
_ALLOWED = re.compile("[ァ-ヺー・＝ヽヾ ]+")
_IDEOGRAPHS = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_V_SOUNDS = re.compile("ヴ[ァィゥェォャュョアイウエオ]?|[ヷヸヹヺ]")
_B = dict(zip("ァィゥェォアイウエオ", "バビブベボバビブベボ", strict=True))
_B_SOUNDS = {
    "ヴ": "ブ",
    **{"ヴ" + vowel: b for vowel, b in _B.items()},
    "ヴャ": "ビャ",
    "ヴュ": "ビュ",
    "ヴョ": "ビョ",
    "ヷ": "バ",
    "ヸ": "ビ",
    "ヹ": "ベ",
    "ヺ": "ボ",
}
_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶヂヅヲヰヱ", "アイウエオツヤユヨワカケジズオイエ")
_VOWELS = {
    kana: vowel
    for vowel, row in {
        "ア": "アカガサザタダナハバパマヤラワ",
        "イ": "イキギシジチニヒビピミリ",
        "ウ": "ウクグスズツヌフブプムユル",
        "エ": "エケゲセゼテデネヘベペメレ",
        "オ": "オコゴソゾトドノホボポモヨロ",
    }.items()
    for kana in row
}
_LENGTHENS = frozenset(("アア", "イイ", "ウウ", "エエ", "エイ", "オオ", "オウ"))


def display(raw: str) -> str:
    """Katakana with one space between the parts; every kind of hyphen after kana is the long-vowel mark."""
    shown = text.hiragana_to_katakana(text.gentle(text.hiragana_to_katakana(raw)))
    shown = text.one_space(re.sub("[,、､]", " ", unicodedata.normalize("NFC", shown).translate(_SEPARATORS)))
    return _REPEATED_KANJI_MARK.sub("ヽ", _HYPHEN_AFTER_KANA.sub("ー", shown))


def problem(shown: str) -> tuple[str, str] | None:
    """(`kana_kanji`, the kanji) or (`kana_not_katakana`, the other characters)."""
    if _ALLOWED.fullmatch(shown):
        return None
    kanji = "".join(dict.fromkeys(_IDEOGRAPHS.findall(shown)))
    if kanji:
        return "kana_kanji", kanji
    return "kana_not_katakana", "".join(dict.fromkeys(char for char in shown if not _ALLOWED.fullmatch(char)))


def match_key(shown: str) -> str:
    """For finding candidates only: オオノ = オーノ (and not オノ), サトウ = サトー, ヴァン = バン, イスヾ = イスズ, キョウコ = キヨウコ;
    spaces and dots ignored."""
    key = without_iteration(re.sub("[ ・＝]", "", shown))
    key = _V_SOUNDS.sub(lambda found: _B_SOUNDS[found[0]], key).translate(_LARGE)
    said, vowel = [], ""
    for kana in key:
        if vowel + kana in _LENGTHENS:
            said.append("ー")
            continue
        said.append(kana)
        if kana != "ー":
            vowel = _VOWELS.get(kana, "")
    return "".join(said)


def without_iteration(text: str) -> str:
    """Each iteration mark as what it repeats: 佐々木 = 佐佐木, ササキ = サヽキ, イスヾ = イスズ."""
    said = ""
    for char in text:
        if char in "々ヽヾゝゞ" and said:
            said += _repeated(said[-1], char)
        else:
            said += char
    return said


def _repeated(before: str, mark: str) -> str:
    if mark == "々":
        return before
    # づゝ is ヅツ: the plain mark repeats the kana without its voice.
    plain = unicodedata.normalize("NFD", before)[0]
    return unicodedata.normalize("NFC", plain + "\u3099") if mark in "ヾゞ" else plain
