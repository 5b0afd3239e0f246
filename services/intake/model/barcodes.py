"""Card numbers as barcodes: the widths of bars and spaces, in the symbology of the policy.

Codabar (NW-7) and Code 39 as in EN 798 and ISO/IEC 16388 with wide elements 2.5 times as wide as narrow ones, which
a screen of a telephone needs; JAN-13 as ISO/IEC 15420, Code 128 as ISO/IEC 15417.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate

from rules.policy_cards import CardNumbers

#: Widths of an element: of one module and, where there are only two widths, of a wide one.
_MODULE, _WIDE = 2, 5
#: Modules of white that a reader needs on both sides.
_QUIET = 10
_QUIET_JAN = 11


@dataclass(frozen=True)
class Barcode:
    """`bars` are (left edge, width) in a picture of this `width`, the white on both sides included."""

    bars: tuple[tuple[int, int], ...]
    width: int


def barcode(policy: CardNumbers, number: str) -> Barcode | None:
    """The number as a reader of the library scans it. None where the policy has no barcode, or it cannot hold it."""
    encode = _SYMBOLOGIES.get(policy.symbology)
    widths = encode(policy, number) if encode else None
    if widths is None:
        return None
    quiet = _MODULE * (_QUIET_JAN if policy.symbology == "jan13" else _QUIET)
    edges = list(accumulate(widths, initial=quiet))
    bars = tuple(zip(edges[::2], widths[::2], strict=False))
    return Barcode(bars, edges[-1] + quiet)


def _codabar(policy: CardNumbers, number: str) -> list[int] | None:
    if not number or set(number) - set("0123456789-$:/.+"):
        return None
    return _two_widths(policy.start_stop[0] + number + policy.start_stop[1], _CODABAR)


def _code39(policy: CardNumbers, number: str) -> list[int] | None:
    if not number or not (number.isascii() and number.isdigit()):
        return None
    return _two_widths(f"*{number}*", _CODE39)


def _jan13(policy: CardNumbers, number: str) -> list[int] | None:
    if len(number) != 13 or not (number.isascii() and number.isdigit()) or _jan_sum(number) % 10:
        return None
    left = zip(number[1:7], _JAN_PARITY[int(number[0])], strict=True)
    halves = [_JAN[int(digit)] if odd == "1" else _JAN[int(digit)][::-1] for digit, odd in left]
    modules = ["111", *halves, "11111", *(_JAN[int(digit)] for digit in number[7:]), "111"]
    return _modules(modules)


def _code128(policy: CardNumbers, number: str) -> list[int] | None:
    """Pairs of digits in set C; where one is left over, the first digit in set B."""
    if not number or not (number.isascii() and number.isdigit()):
        return None
    odd = len(number) % 2
    pairs = [int(number[at : at + 2]) for at in range(odd, len(number), 2)]
    symbols = [104, int(number[0]) + 16, 99, *pairs] if odd else [105, *pairs]
    check = (symbols[0] + sum(place * symbol for place, symbol in enumerate(symbols[1:], 1))) % 103
    return _modules([*(_CODE128[7 * symbol : 7 * symbol + 6] for symbol in (*symbols, check)), "2331112"])


_SYMBOLOGIES: dict[str, Callable[[CardNumbers, str], list[int] | None]] = {
    "codabar": _codabar,
    "code39": _code39,
    "jan13": _jan13,
    "code128": _code128,
}


def _two_widths(text: str, table: dict[str, str]) -> list[int]:
    """Characters of narrow (0) and wide (1) elements, a narrow space between two of them."""
    elements = "0".join(table[char] for char in text)
    return [_WIDE if element == "1" else _MODULE for element in elements]


def _modules(patterns: Iterable[str]) -> list[int]:
    return [_MODULE * int(modules) for pattern in patterns for modules in pattern]


def _jan_sum(number: str) -> int:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number))


_CODABAR = {
    "0": "0000011", "1": "0000110", "2": "0001001", "3": "1100000", "4": "0010010", "5": "1000010", "6": "0100001",
    "7": "0100100", "8": "0110000", "9": "1001000", "-": "0001100", "$": "0011000", ":": "1000101", "/": "1010001",
    ".": "1010100", "+": "0010101", "A": "0011010", "B": "0101001", "C": "0001011", "D": "0001110",
}  # fmt: skip
_CODE39 = {
    "0": "000110100", "1": "100100001", "2": "001100001", "3": "101100000", "4": "000110001", "5": "100110000",
    "6": "001110000", "7": "000100101", "8": "100100100", "9": "001100100", "*": "010010100",
}  # fmt: skip
#: Widths of space, bar, space, bar on the left; backwards with the other parity; bar, space, bar, space on the right.
_JAN = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
#: Which of the six on the left are of odd parity (1); it says the first digit.
_JAN_PARITY = (
    "111111", "110100", "110010", "110001", "101100", "100110", "100011", "101010", "101001", "100101",
)  # fmt: skip
#: The widths of each symbol in turn, six of them and a blank.
_CODE128 = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)
