"""Passwords: of applicants the guide's six letters and digits are enough, staff need more; the commonest ones are not."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rules import text
from rules.understanding import understand

if TYPE_CHECKING:
    from rules.policy import Policy

MAX_LENGTH = 128
#: Shorter words stand in too many good passwords; so little beside such a word is guessed at once.
_SHORTEST_WORD, _LITTLE = 4, 3
#: NIST SP 800-63B asks for 8 with a second factor and 15 without: staff have a limit on guesses, and a word list.
STAFF_MINIMUM = 12
#: Of a staff password: so little beside a known word, and so few different characters, are guessed.
_STAFF_LITTLE, _FEW = 6, 4
_COMMON_ONES = """
password passwd password1 password12 password123 p@ssword passw0rd pass123 pass1234 qwerty qwerty1 qwerty12
qwerty123 qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3 qazwsx abc123
abcd1234 abc1234 a1b2c3 a12345 a123456 aa123456 123abc 1234abcd 123qwe 123123 112233 121212 123321 159753
147258 147258369 789456 789456123 987654321 654321 iloveyou sunshine princess dragon monkey letmein welcome
welcome1 admin123 administrator login123 master football baseball soccer pokemon doraemon sakura sakura1
tokyo2020 japan123 nihon123 kumamoto kumamon kumamon1 kumamoto1 library library1 toshokan toshokan1 tosyokan
hondana arigato konnichiwa himitsu nippon hanako tarou1 yamada tanaka suzuki computer internet samsung google
yahoo1 test123 test1234 tester secret trustno1 starwars naruto ouchi
"""
_COMMON = frozenset(_COMMON_ONES.split())
#: Signs and digits that people write for letters: whoever guesses tries them, too.
_FOR_LETTERS = str.maketrans("@4301!|5$7", "aaeoiiisst")
#: What the keys " ' - \\ give while Japanese is typed; the long vowel stays, it belongs to words.
_KEYS_OF_JAPAN = str.maketrans("\u201c\u201d\u2018\u2019\u2010\u2011\u2012\u2013\u2014\u2015\u2212¥", "\"\"''-------\\")
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def password_problems(policy: "Policy", password: str, own: Iterable[str] = ()) -> list[str]:
    """Codes: `password_too_short` (the policy's minimum), `password_too_long` (128), `password_ctrl`,
    `password_common`, `password_own` (little more than one of `own`: what others know of the person). [] when it may be
    used. Any letters, digits and signs are welcome."""
    return _problems(password, policy.passwords.minimum_length, own)


def staff_password_problems(password: str, own: Sequence[str] = ()) -> list[str]:
    """The same codes for a member of the staff: at least STAFF_MINIMUM characters, more than spaces (`password_blank`), and
    well more than a common password or one of `own` with something behind it. Other people's papers lie behind it."""
    if password and not password.strip():
        return ["password_blank"]
    problems = _problems(password, STAFF_MINIMUM, own)
    if problems:
        return problems
    written = [_in_letters(password), _in_letters(password[::-1])]
    for words, code in ((_COMMON, "password_common"), (own, "password_own")):
        if any(_is_own(each, map(_in_letters, words), _STAFF_LITTLE) for each in written):
            return [code]
    return ["password_common"] if len(set(written[0])) < _FEW else []


def _problems(password: str, minimum: int, own: Iterable[str]) -> list[str]:
    if len(password) > MAX_LENGTH * 4:
        return ["password_too_long"]
    chosen = normalised(password)
    problems = []
    if len(chosen) < minimum:
        problems.append("password_too_short")
    if len(chosen) > MAX_LENGTH:
        problems.append("password_too_long")
    if text.impossible(chosen) or any(unicodedata.category(char) == "Cc" for char in chosen):
        problems.append("password_ctrl")
    if not problems and _is_common(chosen.lower()):
        problems.append("password_common")
    elif not problems and _is_own(chosen, own):
        problems.append("password_own")
    return problems


def own_words(form: Mapping[str, object], today: date) -> list[str]:
    """What others may know of who filled in this form, and people like to take for a password; "" where nothing is."""
    typed = {field: text.storable(value) for field, value in form.items() if isinstance(value, str)}
    names = [typed.get(field, "") for field in ("name", "kana")]
    born = understand("birth_date", typed.get("birth_date", ""), today=today).display.replace("-", "")
    return [
        typed.get("email", "").partition("@")[0],
        typed.get("card_number", ""),
        typed.get("phone", ""),
        *(born, born[2:], born[4:] + born[:4]),
        *names,
        *(part for name in names for part in name.split()),
    ]


def normalised(password: str) -> str:
    """NFKC with an input method's quotes and hyphens as ASCII has them and nothing invisible, so that the same password from
    another device, in full width or in half, is the same; always hash this."""
    visible = "".join(char for char in unicodedata.normalize("NFKC", password) if unicodedata.category(char) != "Cf")
    return visible.translate(_KEYS_OF_JAPAN)


def comparable(password: str) -> tuple[str, ...]:
    """What a stored hash may be of, likeliest first: hashes from before 2026-12 are of NFC or NFKC. Mostly these are one."""
    older = (unicodedata.normalize(form, password) for form in ("NFKC", "NFC"))
    return tuple(dict.fromkeys((normalised(password), *older)))


def _is_own(password: str, own: Iterable[str], little: int = _LITTLE) -> bool:
    chosen = _squeezed(password)
    return any(len(word) >= _SHORTEST_WORD and len(chosen.replace(word, "")) < little for word in map(_squeezed, own))


def _in_letters(typed: str) -> str:
    """With the letters that signs and digits stand for."""
    return unicodedata.normalize("NFKC", typed).translate(_FOR_LETTERS)


def _squeezed(typed: str) -> str:
    """Letters and digits alone, of one width and case."""
    return "".join(char for char in unicodedata.normalize("NFKC", typed).lower() if char.isalnum())


def _is_common(password: str) -> bool:
    backwards = password[::-1]
    return (
        password in _COMMON
        or (len(set(password)) <= 2 and len(password) < 12)
        or any(each in run for run in _RUNS for each in (password, backwards))
    )
