"""What was typed, understood: one function for every field, so that API, page and staff agree."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rules import addresses, kana, names, text
from rules.dates import read_birth_date
from rules.emails import read_email
from rules.phones import read_phone
from rules.postal_codes import read_postal_code

#: The version of the match keys: raised whenever any of them changes, so that whoever stores keys makes them anew.
KEYS = 3


@dataclass(frozen=True)
class Understood:
    """One field as typed and as understood.

    `raw` is safe to store (at most 1000 characters, U+FFFD for what no database takes). `display` is what is shown
    back and confirmed, `match_key` finds candidates; both are "" when there is an `error` (a code). With an error,
    `notes` holds what its message names: the characters, or how many digits. Otherwise codes to show beside the
    field (`era_boundary`, `email_old_style`). `suggest` is what was perhaps meant; it is never applied by itself.
    """

    raw: str
    display: str
    match_key: str
    error: str | None = None
    notes: tuple[str, ...] = ()
    suggest: str | None = None


def match_key(field: str, display: str) -> str:
    """The key of a value that was understood and shown as this; "" of what has no letter or digit, which is nobody's.

    Raises KeyError for a field without one of its own.
    """
    return _key(_KEYS[field], display)


def understand(field: str, raw: str, *, today: date) -> Understood:
    """Read one typed field. `today` is the date in the library's time zone. Never raises on any text.

    A blank value is the error `required`: a caller for whom the field is optional does not ask about a blank.
    `too_long`: over 1000 code points, or over the field's own limit in visible characters. `name_ctrl`: a character
    that cannot be displayed (control, private use, broken) in a text field; other fields give their own error.
    Raises KeyError for an unknown field, which is a mistake of the caller.
    """
    read = _READERS[field]
    safe = text.storable(raw)
    if len(raw) > text.MAX_RAW:
        return Understood(safe, "", "", "too_long", (str(text.MAX_RAW),))
    if not text.one_space(text.visible(safe)):
        return Understood(safe, "", "", "required")
    broken = text.impossible(raw)
    if broken:
        named = tuple(f"U+{ord(char):04X}" for char in broken)
        return Understood(safe, "", "", _BROKEN.get(field, "name_ctrl"), named)
    return read(safe, today)


def _text(display: Callable[[str], str], key: Callable[[str], str], limit: int) -> Callable[[str, date], Understood]:
    def read(raw: str, today: date) -> Understood:
        shown = display(raw)
        if not shown:
            return Understood(raw, "", "", "required")
        if text.characters(shown) > limit or len(shown) > text.MAX_RAW:
            return Understood(raw, "", "", "too_long", (str(limit),))
        return Understood(raw, shown, _key(key, shown))

    return read


def _key(make: Callable[[str], str], shown: str) -> str:
    key = make(shown)
    return key if any(map(str.isalnum, key)) else ""


def _kana(raw: str, today: date) -> Understood:
    shown = _text(kana.display, kana.match_key, kana.MAX_CHARACTERS)(raw, today)
    if shown.error is None and (found := kana.problem(shown.display)):
        return Understood(raw, "", "", found[0], (found[1],))
    return shown


def _birth_date(raw: str, today: date) -> Understood:
    day, error, notes = read_birth_date(raw, today)
    iso = day.isoformat() if day else ""
    return Understood(raw, iso, iso, error, notes)


def _postal_code(raw: str, today: date) -> Understood:
    code, error = read_postal_code(raw)
    if error:
        return Understood(raw, "", "", error, (str(len(code)),))
    return Understood(raw, code, code)


def _phone(raw: str, today: date) -> Understood:
    shown, key, error, notes, suggestion = read_phone(raw)
    return Understood(raw, shown, key, error, notes, suggestion)


def _email(raw: str, today: date) -> Understood:
    address, key, error, notes, suggestion = read_email(raw)
    return Understood(raw, address, key, error, notes, suggestion)


_BROKEN = {
    "birth_date": "dob_format",
    "postal_code": "postal_not_7_digits",
    "phone": "phone_invalid",
    "email": "email_invalid",
}
_person = _text(names.display, names.match_key, names.MAX_CHARACTERS)
_organisation = _text(names.organisation_display, names.match_key, names.MAX_CHARACTERS)
_address = _text(addresses.display, addresses.match_key, addresses.MAX_CHARACTERS)
_READERS: dict[str, Callable[[str, date], Understood]] = {
    "name": _person,
    "guardian_name": _person,
    "organisation_name": _organisation,
    "address": _address,
    "organisation_address": _address,
    "kana": _kana,
    "birth_date": _birth_date,
    "postal_code": _postal_code,
    "phone": _phone,
    "email": _email,
}
FIELDS = tuple(_READERS)
_KEYS: dict[str, Callable[[str], str]] = {
    "name": names.match_key,
    "kana": kana.match_key,
    "address": addresses.match_key,
}
#: The fields by whose keys people are found who may be the same, and whose rules change; a telephone's key is E.164.
COMPARED = tuple(_KEYS)
