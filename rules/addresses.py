"""Addresses: hyphens between numbers made one, long-vowel marks left alone; the key folds 丁目・番・号."""

import re
import unicodedata

from rules import text
from rules.dates import KANJI_NUMERALS, number
from rules.itaiji import one_form

MAX_CHARACTERS = 200

_ANY_HYPHEN = "[" + re.escape(text.HYPHENS) + "]"
# Only between digits and letters, and before a block named by one kana: タワー36階 and 商工センター6丁目 keep their long vowels.
_BETWEEN_NUMBERS = re.compile(rf"(?<=[0-9A-Za-z]) ?{_ANY_HYPHEN} ?(?=[0-9A-Za-z]|[ァ-ヺぁ-ゖ][0-9])")
_WIDE_HYPHEN_AFTER_KANA = re.compile("(?<=[ァ-ヺぁ-ゖーｦ-ﾟ])\uff0d")
_PREFECTURES = (
    "東京都|北海道|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|"
    "滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
#: What stands before an address and is no part of it: postal mark and code, the country (and not 日本橋).
_NO_PART_OF_IT = re.compile(
    rf"(?:[ ,、:〒〶]|郵便番号(?=[ :〒〶0-9])|(?:ご?(?:現住所|住所|じゅうしょ)|所在地|(?:地|住)址|주소|(?:home )?address)[ :]|"
    r"T(?=[0-9]{3})|"
    rf"[(\[【「〔] ?[〒〶]? ?[0-9]{{3}} ?{_ANY_HYPHEN}? ?[0-9]{{4}} ?[)\]】」〕]|"
    rf"[0-9]{{3}} ?{_ANY_HYPHEN}? ?[0-9]{{4}}(?![0-9]|{_ANY_HYPHEN})|"
    rf"日本国|日本(?=[ ,、〒0-9]|{_PREFECTURES})|japan(?![a-z]))*+",
    re.IGNORECASE,
)

_N = f"(?:[0-9]+|[{KANJI_NUMERALS}]+)"
_PREFECTURE = re.compile(f"^(?:{one_form(_PREFECTURES)})")
# 郡山市, 蒲郡市 and 大和郡山市 are no counties, and 余市郡 is one.
_COUNTY = re.compile(
    "^(?:(?:八丈島|三宅島)(?=八丈町|三宅村)|(?:余市|[^0-9市区郡]{1,5})郡(?=(?:余市|[^0-9市区郡]{1,8})[町村]))"
)
_CITY_OF_A_WARD = re.compile("^[^0-9市区町村]{1,5}市(?=[^0-9市区町村]{1,4}区)")
_SMALL = str.maketrans("ヶヵ之丿", "ケカノノ")
_BRACKETS = re.compile(r"[#,、()\[\]{}「」『』【】〔〕<>《》〈〉]")
_NOTE_BEFORE = re.compile(r"^ ?[(（][^()（）]*[)）]")
_MARK_OF_A_CHAIN = re.compile("(?<=[0-9])[/,、・.](?=[0-9])")
_ORDINAL = re.compile("第(?=(?:[0-9]+|[" + KANJI_NUMERALS + "]+)(?:地割|線|号室?(?:$|[^線道])))")
_INTO = re.compile("(?<=[東西]入)[ルリ]")
_GA_IN_A_NAME = re.compile("(?<=[^0-9A-Za-z])ガ(?=[\u3400-\u9fff])")
_START = f"(?<![{KANJI_NUMERALS}])"
#: Numerals that count something: 二丁目, 北二十四条, 第一地割, 一ノ町.
_COUNTING = re.compile(
    rf"{_START}[{KANJI_NUMERALS}]++(?=丁目|町目|丁(?:{_N}|[-ー ]|$)|番地|番丁|番(?![町館街])|号|条|地割|線|階|ノ[町通])"
)
#: And those of a chain: 三-十五-六十, 一ノ三, 四-2, 十四ーイ二十二.
_LINK = "[-ーノ]"
_HYPHEN_OF_A_CHAIN = re.compile(f"(?<=[0-9A-Z{KANJI_NUMERALS}]){_ANY_HYPHEN}(?=[0-9A-Z{KANJI_NUMERALS}])")
_CHAIN = re.compile(rf"(?<![0-9{KANJI_NUMERALS}]){_N}(?:{_LINK}{_N})+|(?<=[0-9]{_LINK})[{KANJI_NUMERALS}]++")
_BEFORE_A_BLOCK = re.compile(rf"{_START}[{KANJI_NUMERALS}]++(?={_LINK}?[A-Zァ-ン](?:{_N}))")
_IN_A_BLOCK = re.compile(rf"(?<=[0-9]{_LINK}[A-Zァ-ン])[{KANJI_NUMERALS}]++|(?<=[0-9][A-Zァ-ン])[{KANJI_NUMERALS}]++")
_LAST = re.compile(rf"{_START}[{KANJI_NUMERALS}]++$")
_ONE_FOR_A_HYPHEN = re.compile("(?<=[0-9])[一ー](?=[0-9])")
_NUMBERED_TOWN = re.compile("[0-9]++(?=番町)")
_UNITS = re.compile("(?<=[0-9])(?:丁目|町目|丁(?=[0-9-]|$)|番地ノ?|番(?![町丁館街])ノ?|号室?|ノ(?=[0-9]))")
_LINK_BEFORE_A_BLOCK = re.compile(f"(?<=[0-9]){_LINK}(?=[ァ-ン]{_LINK}?[0-9])")
_LINK_AFTER_A_BLOCK = re.compile(f"(?<![ァ-ンー])([ァ-ン])(?:部|{_LINK})(?=[0-9])")
_KANJI_DIGITS = "〇一二三四五六七八九"


def display(raw: str) -> str:
    """As it will be shown, without postal code and country; kanji numerals stay as typed."""
    shown = text.thorough(_WIDE_HYPHEN_AFTER_KANA.sub("ー", raw))
    shown = shown[_NO_PART_OF_IT.match(shown).end() :]  # type: ignore[union-attr]  # it matches nothing, too
    return _BETWEEN_NUMBERS.sub("-", shown)


def match_key(shown: str) -> str:
    """For finding candidates only: 大江六丁目1番74号 = 大江6-1-74. Spaces, brackets, 字 and what people leave out before a town
    (the prefecture, the county, the city of a ward) are dropped."""
    key = unicodedata.normalize("NFKC", text.without_selectors(shown))
    key = (
        text.hiragana_to_katakana(one_form(_BRACKETS.sub(" ", _MARK_OF_A_CHAIN.sub("-", _NOTE_BEFORE.sub("", key)))))
        .upper()
        .translate(_SMALL)
    )
    key = _INTO.sub("", _ORDINAL.sub("", key))
    key = re.sub(r"(?<=[0-9]) +(?=[0-9])", "-", text.one_space(key)).replace(" ", "")
    for left_out in (_PREFECTURE, _COUNTY, _CITY_OF_A_WARD):
        key = left_out.sub("", key)
    return _numbers(_GA_IN_A_NAME.sub("ケ", re.sub("[大小]?字", "", key)))


def _numbers(key: str) -> str:
    """With every number that counts in Arabic digits, and hyphens for the units and links between them."""
    key = _HYPHEN_OF_A_CHAIN.sub("-", key)
    # Most addresses have none, and whoever hears thousands of applications makes a key for each.
    if _NUMERALS.search(key):
        for numerals in (_COUNTING, _BEFORE_A_BLOCK, _CHAIN, _IN_A_BLOCK, _LAST):
            key = numerals.sub(lambda found: _NUMERALS.sub(_in_digits, found[0]), key)
    # A numbered town is a name, and its usual form is in kanji: 一番町.
    key = _NUMBERED_TOWN.sub(lambda found: _in_kanji(int(found[0])) if len(found[0]) < 3 else found[0], key)
    key = _UNITS.sub("-", _ONE_FOR_A_HYPHEN.sub("-", key))
    key = _LINK_AFTER_A_BLOCK.sub(r"\1", _LINK_BEFORE_A_BLOCK.sub("", key))
    return re.sub("(?<![0-9A-Z])-+|-+(?![0-9A-Z-])", "", re.sub("-+", "-", key))


_NUMERALS = re.compile(f"[{KANJI_NUMERALS}]+")


def _in_digits(numerals: re.Match[str]) -> str:
    return str(number(numerals[0]))


def _in_kanji(count: int) -> str:
    tens, ones = divmod(count, 10)
    return ("" if tens < 2 else _KANJI_DIGITS[tens]) + ("十" if tens else "") + (_KANJI_DIGITS[ones] if ones else "")
