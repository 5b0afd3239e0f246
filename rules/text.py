"""Characters: width, hyphens, spaces, radicals, invisible and impossible ones.

Never call `unicodedata.normalize` on a whole name: NFC and NFKC both change CJK compatibility
ideographs (U+FA19 神, U+FA10 塚 …), which people legitimately have in their names.
"""

import re
import unicodedata
from collections.abc import Callable

MAX_RAW = 1000
"""Code points accepted before anything is processed, and kept when NFKC makes more of them (ﷺ becomes 18)."""

HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u2501\u30fc\u3161\ufe58\ufe63\uff0d\uff70"
WAVES = "~\u301c\uff5e\u223c\u3030"
APOSTROPHES = "'\u2018\u2019\u02bc\u02bb\u0060\u00b4\uff07\u2032"

_COMPATIBILITY_IDEOGRAPHS = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_OUTSIDE_THEM = re.compile(f"[^{_COMPATIBILITY_IDEOGRAPHS}]+")
_SPACES = re.compile(r"\s+")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_IDEOGRAPH = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_LOOSE_SELECTORS = re.compile(f"(?<![{_IDEOGRAPH}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d173-\U0001d17a]")
_WIDE = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "})
_KANGXI_AND_SUPPLEMENT = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    # The radicals supplement has no decomposition, so NFKC leaves ⻑ beside 長 for ever.
    | dict(
        zip(
            "\u2e9c\u2e9d\u2e9f\u2ea0\u2ea7\u2ea9\u2eab\u2eac\u2eae\u2eb6\u2ebb\u2ebd\u2ec1\u2ec4\u2ec6\u2eca"
            "\u2ed1\u2ed7\u2ed8\u2edd\u2ee1\u2ee3\u2ee4\u2ee8\u2ee9\u2eeb\u2eed\u2eef\u2ef2",
            "日月母民牛王目示竹羊聿臼虎西角足長雨青食首骨鬼麦黄斉歯竜亀",
            strict=True,
        )
    )
)
_HALF_KANA = re.compile("[\uff66-\uff9f]+")
_LOOSE_VOICING = str.maketrans({"\u309b": "\u3099", "\u309c": "\u309a"})


def impossible(text: str) -> str:
    """The characters that cannot be kept: controls, lone surrogates, noncharacters, private use, U+FFFD."""
    return "".join(dict.fromkeys(char for char in text if _is_impossible(char)))


def storable(text: str) -> str:
    """The text cut to MAX_RAW, with U+FFFD for each impossible character: safe for any database, page and mail."""
    return "".join("\ufffd" if _is_impossible(char) else char for char in text[:MAX_RAW])


def visible(text: str) -> str:
    """Without invisible characters (zero width, direction marks, BOM, soft hyphen, selectors of nothing)."""
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return _LOOSE_SELECTORS.sub("", _INVISIBLE.sub("", text.translate(_KANGXI_AND_SUPPLEMENT)))


def one_space(text: str) -> str:
    """Every run of any white space as one ASCII space, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def gentle(text: str) -> str:
    """For names: ASCII and katakana in their usual width, marks composed; every ideograph and ㈱ ① stay."""
    text = _HALF_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), visible(text).translate(_WIDE))
    return one_space(_around_ideographs(text.translate(_LOOSE_VOICING), _composed))


def thorough(text: str) -> str:
    """For addresses and organisations: NFKC (㈱ → (株), ① → 1) around compatibility ideographs; at most MAX_RAW of it."""
    return one_space(visible(_around_ideographs(visible(text).translate(_LOOSE_VOICING), _compatible)[:MAX_RAW]))


def ascii_digits(text: str) -> str:
    """NFKC, with the decimal digits of every script as 0-9; at most MAX_RAW of it."""
    text = unicodedata.normalize("NFKC", visible(text))[:MAX_RAW]
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def without_selectors(text: str) -> str:
    """Without variation selectors (the dot and stroke variants of one ideograph)."""
    return _VARIATION_SELECTORS.sub("", text)


def characters(text: str) -> int:
    """How many characters a reader would count: marks and selectors belong to the character before them."""
    return sum(1 for char in text if unicodedata.category(char) not in ("Mn", "Me"))


_KATAKANA = {code: code + 0x60 for code in (*range(ord("ぁ"), ord("ゖ") + 1), ord("ゝ"), ord("ゞ"))}


def hiragana_to_katakana(text: str) -> str:
    """ぁ-ゖ and ゝゞ as katakana."""
    return text.translate(_KATAKANA)


def _around_ideographs(text: str, change: Callable[[str], str]) -> str:
    return _OUTSIDE_THEM.sub(lambda found: change(found[0]), text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_impossible(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cc":
        return not char.isspace()
    if category == "Cn":
        # Newer ideographs than this Python knows (CJK extensions H, I, J) are real names.
        return not 0x20000 <= ord(char) <= 0x3FFFD or ord(char) & 0xFFFE == 0xFFFE
    return category in ("Cs", "Co") or char == "\ufffd"
