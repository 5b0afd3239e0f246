"""Receipt numbers (受付番号): short, unguessable, and forgiving when read aloud or copied by hand."""

import re

from rules import text

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
_CONFUSABLE = str.maketrans("OILU", "011V")
_DATA, _GROUP = 11, 4
RANDOM_BYTES = 7


def new_receipt_number(random_bytes: bytes) -> str:
    """K7QM-2XRD-90FA: 55 random bits and a check character. `random_bytes` must be at least 7, from `secrets`."""
    if len(random_bytes) < RANDOM_BYTES:
        raise ValueError(f"a receipt number needs {RANDOM_BYTES} random bytes")
    number = int.from_bytes(random_bytes[:RANDOM_BYTES], "big") >> 1
    data = "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_DATA)))
    return _grouped(data + _check_character(data))


def parse_receipt_number(typed: str) -> str | None:
    """The receipt number as printed, or None. Width, case, spaces, hyphens and O I L U for 0 1 1 V do not matter."""
    plain = text.ascii_digits(typed[: text.MAX_RAW]).upper()
    plain = re.sub(r"[\s._・" + re.escape(text.HYPHENS + text.WAVES) + "]", "", plain).translate(_CONFUSABLE)
    if len(plain) != _DATA + 1 or any(char not in _ALPHABET for char in plain):
        return None
    return _grouped(plain) if _check_character(plain[:-1]) == plain[-1] else None


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP))


def _check_character(data: str) -> str:
    """Luhn's algorithm modulo 32: finds every single wrong character and nearly every swap of neighbours."""
    total = 0
    for place, char in enumerate(reversed(data)):
        product = _ALPHABET.index(char) * (2 - place % 2)
        total += product // 32 + product % 32
    return _ALPHABET[-total % 32]
