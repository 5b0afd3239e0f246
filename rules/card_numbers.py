"""Library card numbers: prefix, serial number, check digit. The method is the policy's; vendors differ."""

import re
from collections.abc import Callable

from rules import text
from rules.policy_cards import CardNumbers

#: What people write before or behind the number when they copy it from the card, in the form's languages.
_LABEL = re.compile(
    r"^\W*(?:(?:(?:図書館|図書|貸出|利用者?|会員|登録者?)*(?:カード|券)?の?(?:番号|ナンバー|NO(?=[.: ]))|(?:図書館|図書|貸出|利用)*カード|"
    r"(?:library )?card(?: (?:number|no))?|number|no|(?:借书证|借書證|读者证|卡)[号號]?|(?:도서관 ?)?(?:카드|회원) ?번호)[\s.:=は#]*)",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?:です|番|号|。|입니다|\([^()]*[^\W\d_][^()]*\))$")
_MARKS = re.compile(r"[_~*#・、,()\[\]{}<>「」『』【】〔〕" + re.escape(text.HYPHENS) + r"]|(?<=[0-9])[/.](?=[0-9])")
_CODABAR = "0123456789-$:/.+ABCD"


def check_digit(method: str, body: str) -> str:
    """The check character of `body` ("" for the method none).

    mod16: Codabar modulus 16, `body` with its start and stop letters. m10w21_split: modulus 10, weights 2 and 1,
    digits of a product added (Luhn). m10w21_lump: the same, products added whole. m10w31: EAN/JAN. 7dr: remainder
    of the number divided by 7. Raises KeyError for an unknown method, ValueError for a body it cannot take.
    """
    return METHODS[method](body)


def capacity(policy: CardNumbers) -> int:
    """How many digits of a card number count the cards."""
    return policy.length - len(policy.prefix) - (policy.check_digit != "none")


def compose(policy: CardNumbers, serial: int) -> str:
    """The whole card number for a serial number. Raises ValueError outside first..last: the range is used up."""
    if not policy.first <= serial <= policy.last:
        raise ValueError(f"serial number {serial} lies outside {policy.first} to {policy.last}")
    body = policy.prefix + str(serial).zfill(capacity(policy))
    return body + _check(policy, body)


def serial(policy: CardNumbers, number: str) -> int | None:
    """The serial number in a card number as `compose` writes it, or None where it is none of the range."""
    digits = number[len(policy.prefix) : len(policy.prefix) + capacity(policy)]
    if not (digits.isascii() and digits.isdigit() and policy.first <= int(digits) <= policy.last):
        return None
    return int(digits) if compose(policy, int(digits)) == number else None


def clean(typed: str) -> str:
    """Without labels, spaces, hyphens and brackets, in ASCII: as a reader or a person at a keyboard gives it."""
    return _MARKS.sub("", _in_ascii(typed))


def understood(policy: CardNumbers, typed: str) -> str:
    """The number to keep and to compare: as `clean`, without the letters with which its bars start and stop. A hyphen or a
    letter that is the check character stays."""
    if policy.check_digit == "mod16":
        for number in (_in_ascii(typed), clean(typed)):
            for bare in (number, _without_start_stop(policy, number)):
                if len(bare) == policy.length:
                    return bare
    return _without_start_stop(policy, clean(typed))


def _in_ascii(typed: str) -> str:
    plain = text.ascii_digits(typed[: text.MAX_RAW]).strip()
    return re.sub(r"\s", "", _BEHIND.sub("", _LABEL.sub("", plain))).upper()


def _without_start_stop(policy: CardNumbers, number: str) -> str:
    """Some readers give the letters, and some cards have them printed. Only the method mod16 has letters of its own."""
    if policy.check_digit != "mod16":
        return number.removeprefix(policy.start_stop[0]).removesuffix(policy.start_stop[1])
    is_framed = len(number) > 2 and number[0] + number[-1] == policy.start_stop
    return number[1:-1] if is_framed else number


def problem(policy: CardNumbers, typed: str) -> str | None:
    """What is wrong with a card number as typed, or None. Whether such a card exists is not asked.

    `card_number_not_digits`, `card_number_length`, `card_number_prefix`, `card_number_check_digit`.
    """
    number = understood(policy, typed)
    if not re.fullmatch(r"[0-9]+[-$:/.+A-D]?" if policy.check_digit == "mod16" else "[0-9]+", number):
        return "card_number_not_digits"
    if len(number) != policy.length:
        return "card_number_length"
    if not number.startswith(policy.prefix):
        return None if policy.older_numbers else "card_number_prefix"
    body = number if policy.check_digit == "none" else number[:-1]
    if body + _check(policy, body) != number:
        return "card_number_check_digit"
    return None


def _check(policy: CardNumbers, body: str) -> str:
    if policy.check_digit == "mod16":
        body = policy.start_stop[0] + body + policy.start_stop[1]
    return check_digit(policy.check_digit, body)


def _digits(body: str) -> list[int]:
    if not (body.isascii() and body.isdigit()):
        raise ValueError("the body of a card number consists of digits")
    return [int(digit) for digit in body]


def _products(body: str, weight: int) -> list[int]:
    """Each digit times weight or 1, the last one times weight."""
    return [digit * (weight if n % 2 == 0 else 1) for n, digit in enumerate(reversed(_digits(body)))]


def _mod16(body: str) -> str:
    if not body or any(char not in _CODABAR for char in body):
        raise ValueError("not a Codabar text")
    return _CODABAR[-sum(_CODABAR.index(char) for char in body) % 16]


def _split(body: str) -> str:
    return str(-sum(product // 10 + product % 10 for product in _products(body, 2)) % 10)


def _lump(body: str) -> str:
    return str(-sum(_products(body, 2)) % 10)


def _ean(body: str) -> str:
    return str(-sum(_products(body, 3)) % 10)


def _remainder(body: str) -> str:
    _digits(body)
    return str(int(body) % 7)


METHODS: dict[str, Callable[[str], str]] = {
    "mod16": _mod16,
    "m10w21_split": _split,
    "m10w21_lump": _lump,
    "m10w31": _ean,
    "7dr": _remainder,
    "none": lambda body: "",
}
