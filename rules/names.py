"""Names of people and organisations: display keeps every ideograph, the key folds whatever may differ in writing."""

import re
import unicodedata

from rules import text
from rules.itaiji import one_form
from rules.kana import without_iteration

MAX_CHARACTERS = 100

_NOT_DECOMPOSABLE = str.maketrans(
    {"Đ": "D", "Ð": "D", "Ø": "O", "Ł": "L", "Æ": "AE", "Œ": "OE", "Þ": "TH", "Ħ": "H", "ẞ": "SS", "ß": "SS", "Ŧ": "T"}
)
_IGNORED = re.compile(r"[\s.,・･·•‧=＝゠/" + re.escape(text.APOSTROPHES + text.HYPHENS.replace("ー", "")) + "]")
#: The key of the long vowel, pressed for a hyphen in a name of Latin letters.
_HYPHEN_MEANT = re.compile("(?<![ァ-ヺー])ー")
_BETWEEN_PARTS = re.compile(r"[\s.,・･·•‧=＝゠/" + re.escape(text.HYPHENS) + "]+")
_LATIN = re.compile("[A-Z]+")
_CONSONANTS_FIRST = str.maketrans("BCDFGHJKLMNPQRSTVWXYZAEIOU", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_EAST_ASIAN = re.compile("[ぁ-ゖァ-ヺー々〆ヶ\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SMALL = str.maketrans("ヶヵ", "ケカ")
_IDEOGRAPH = "[々\u3400-\u9fff\U00020000-\U0003ffff]"
#: 一之瀬 = 一の瀬 = 一ノ瀬, 城が崎 = 城ヶ崎: which of them stands in a register, its bearer may not know.
_LINKS = tuple(
    (re.compile(f"(?<={_IDEOGRAPH}){link}(?={_IDEOGRAPH})"), meant) for link, meant in (("[之丿]", "ノ"), ("ガ", "ケ"))
)


def display(raw: str) -> str:
    """As it will be shown and printed: one space between the parts, usual widths, ideographs untouched."""
    return text.gentle(raw)


def organisation_display(raw: str) -> str:
    """As display, but ㈱ becomes (株): organisations are written either way."""
    return text.thorough(raw)


def is_unseparated(shown: str) -> bool:
    """True for a name of two kanji or kana and more without anything between family and given name: 大江美咲. It may be one
    word, and is no mistake by itself."""
    return len(shown) > 1 and all(_EAST_ASIAN.fullmatch(char) for char in text.without_selectors(shown))


def match_key(shown: str) -> str:
    """For finding candidates only: 渡邉 太郎 = 渡辺太郎, 一之瀬 = 一の瀬, 张伟 = 張偉, Đặng = DANG, O’Brien = OBRIEN,
    Santos, Maria = Maria SANTOS."""
    key = unicodedata.normalize("NFKC", text.without_selectors(shown))
    key = one_form(text.hiragana_to_katakana(key)).translate(_SMALL)
    key = _HYPHEN_MEANT.sub(" ", key)
    parts = len(_BETWEEN_PARTS.sub(" ", key).split())
    key = without_iteration(_IGNORED.sub("", key))
    for link, meant in _LINKS:
        key = link.sub(meant, key)
    key = unicodedata.normalize("NFC", _without_marks(key).upper().translate(_NOT_DECOMPOSABLE))
    return _any_order(key) if parts > 1 and _LATIN.fullmatch(key) else key


def _any_order(key: str) -> str:
    """One form for a Latin name however its parts are parted and whichever stands first: KIM MIN JUN = Minjun Kim.

    The name is seen as a ring and read from where it is least, consonants before vowels (that is arbitrary and leaves
    DANG THI HONG as printed).
    """
    ranks = key.translate(_CONSONANTS_FIRST)
    # Booth's algorithm in its two-pointer form: linear, where trying every start is not.
    first, other, length, size = 0, 1, 0, len(key)
    while first < size and other < size and length < size:
        a, b = ranks[(first + length) % size], ranks[(other + length) % size]
        if a == b:
            length += 1
            continue
        if a > b:
            first += length + 1
        else:
            other += length + 1
        other += first == other
        length = 0
    start = min(first, other)
    return key[start:] + key[:start]


def _without_marks(key: str) -> str:
    kept = (
        char
        for char in unicodedata.normalize("NFD", key)
        # The voicing marks are marks too: without them が would become か.
        if unicodedata.category(char) != "Mn" or char in "\u3099\u309a"
    )
    return unicodedata.normalize("NFC", "".join(kept))
