"""Telephone numbers: any writing in, Japanese hyphens out; the key is E.164."""

import re

from rules import text

_NOTE_IN_BRACKETS = re.compile(r"\([^()0-9]*\)")
_EXTENSION = re.compile(r"(?:内線|ext\.?|#|x)[: ]*([0-9]{1,6})$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s.・,、()/" + re.escape(text.HYPHENS + text.WAVES) + "]")
_KANJI_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_WAVES_TO_HYPHENS = str.maketrans(text.WAVES, "-" * len(text.WAVES))
_LETTERS_FOR_DIGITS = str.maketrans("OolI", "0011")
_MAX_DIGITS = 15


def read_phone(raw: str) -> tuple[str, str, str | None, str | None]:
    """(display, E.164, error, suggestion).

    Errors: `phone_area_code_missing` (a local number), `phone_letter` (the letter O for zero; the suggestion is the
    number meant), `phone_not_personal` (0120, 0570 …: nobody can be reached there), `phone_invalid`.
    """
    typed = text.ascii_digits(raw.translate(_WAVES_TO_HYPHENS))
    typed = _NOTE_IN_BRACKETS.sub("", typed).strip()
    typed = re.sub(r"^(?:tel|電話)[:. ]*", "", typed, flags=re.IGNORECASE)
    extension = ""
    if found := _EXTENSION.search(typed):
        typed, extension = typed[: found.start()], found[1]
    digits = _SEPARATORS.sub("", typed.replace("\uff0b", "+")).translate(_KANJI_DIGITS)
    if re.fullmatch(r"\+?[0-9OolI]+", digits) and re.search("[OolI]", digits) and re.search("[0-9]{4}", digits):
        meant, _, error = _understood(digits.translate(_LETTERS_FOR_DIGITS))
        return "", "", "phone_letter", meant if error is None else None
    shown, key, error = _understood(digits)
    if error:
        return "", "", error, None
    return f"{shown} 内線{extension}" if extension else shown, key, None, None


def _understood(digits: str) -> tuple[str, str, str | None]:
    if not re.fullmatch(r"\+?[0-9]+", digits) or len(digits) > _MAX_DIGITS + 1:
        return "", "", "phone_invalid"
    if digits[0] not in "0+" and 5 <= len(digits) <= 8:
        return "", "", "phone_area_code_missing"
    import phonenumbers  # metadata of the world: not at start-up

    try:
        parsed = phonenumbers.parse(digits, "JP")
    except phonenumbers.NumberParseException:
        return "", "", "phone_invalid"
    if not phonenumbers.is_valid_number(parsed):
        return "", "", "phone_invalid"
    kinds = phonenumbers.PhoneNumberType
    personal = (kinds.FIXED_LINE, kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE, kinds.VOIP, kinds.PERSONAL_NUMBER)
    if phonenumbers.number_type(parsed) not in (*personal, kinds.UNKNOWN):
        return "", "", "phone_not_personal"
    formats = phonenumbers.PhoneNumberFormat
    # The national form of a foreign number looks like a Japanese one that does not exist.
    shown = formats.NATIONAL if parsed.country_code == 81 else formats.INTERNATIONAL
    return (
        phonenumbers.format_number(parsed, shown),
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        None,
    )
