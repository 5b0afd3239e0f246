"""Telephone numbers: any writing in, Japanese hyphens out; the key is E.164."""

import re

from rules import text

#: Words that say whose or which telephone it is, before or behind the number, in the form's languages.
_LABELS = (
    "携帯電話番号|携帯番号|携帯電話|携帯|ケータイ|ケイタイ|けいたい|スマートフォン|スマホ|固定電話|電話番号|電話|でんわばんごう|でんわ|"
    "自宅|自宅電話|実家|勤務先|会社|職場|学校|連絡先|緊急連絡先|緊急|日中|昼間|夜間|代表電話|代表|代|直通|本人|"
    "祖父|祖母|父|母|両親|親|兄|姉|弟|妹|息子|娘|保護者|夫|妻|主人|家族|"
    "telephone|phone|tel|mobile|cell|home|work|office|contact|number|my|is|no|jp|japan|日本|"
    "手机号码|手机号|手机|手機號碼|手機|移动电话|电话号码|电话|電話號碼|座机|住宅|联系电话|联系方式|聯絡電話|聯絡方式|家里|公司|"
    "휴대전화|휴대폰|핸드폰|전화번호|전화|연락처|자택|집|회사|직장|번호"
)
#: お母さんの携帯 is a label, too.
_LABEL = re.compile(
    rf"(?:[\s:.;\-=/*#※のはおご는은☎☏✆📞📱]|さん|[tmh][.:]|[(](?={_LABELS})|(?:{_LABELS})[)]?)++", re.IGNORECASE
)
_LABEL_BEHIND = re.compile(rf"(?<![\s:(])[\s:(]*+(?:{_LABELS}|です|まで|입니다)[\s)]*$", re.IGNORECASE)
_NOTE_IN_BRACKETS = re.compile(r"\((?:[^()0-9+]*|[^()+]*(?:時|曜|平日|土日)[^()+]*)\)")
_END = re.compile(r"(?<![\s。.、,;])[\s。.、,;]+$")
_EXTENSION = re.compile(
    r"(?<![\s,;(/\-])[\s,;(/\-]*+(?:内線番号|内線|内|extension|extn|ext|x|#|分[机機](?:号|號)?|转|轉|내선(?:번호)?)(?:[:.\s=()は]|no)*+"
    r"([0-9]{1,6})[\s)]*(?:番[\s)]*)?$",
    re.IGNORECASE,
)
_EXTENSION_BEHIND = re.compile(r"(?:[,;/]\s*([0-9]{1,6})|\(([0-9]{1,5})\))\s*$")
_SEPARATORS = re.compile(r"[\s.・•‧·,、;:()/_|*" + re.escape(text.APOSTROPHES + text.HYPHENS + text.WAVES) + "]")
_TWO_NUMBERS = re.compile(r"[,、;/\s]|または|又は|もしくは|or|和|및|&", re.IGNORECASE)
_KANJI_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_BRACKETS = str.maketrans("[]【】「」『』〔〕<>{}〈〉《》", "()()()()()()()()()")
_WAVES_TO_HYPHENS = str.maketrans(text.WAVES, "-" * len(text.WAVES))
_LETTERS_FOR_DIGITS = str.maketrans("OolI", "0011")
_MAX_DIGITS = 15
#: A number with all that may stand around it.
_LONGEST = 200


def read_phone(raw: str) -> tuple[str, str, str | None, tuple[str, ...], str | None]:
    """(display, E.164, error, notes, suggestion).

    Errors: `phone_area_code_missing` (a local number), `phone_letter` (the letter O for zero; the suggestion is the
    number meant), `phone_not_personal` (0120, 0570 …: nobody can be reached there), `phone_invalid`, whose notes say what is
    wrong: `phone_letters` and the characters, `phone_two`, `phone_no_zero`, `phone_too_few` or `phone_too_many` and how many
    digits there are, `phone_no_such_area`, `phone_abroad`; none for a whole letter.
    """
    typed = text.one_space(text.ascii_digits(raw.translate(_WAVES_TO_HYPHENS)).translate(_BRACKETS))
    if len(typed) > _LONGEST:
        return "", "", "phone_invalid", (), None
    if label := _LABEL.match(typed):
        typed = typed[label.end() :]
    typed, extension = _without_extension(_END.sub("", typed))
    typed = _LABEL_BEHIND.sub("", _NOTE_IN_BRACKETS.sub("", typed).strip())
    if not extension:
        typed, extension = _without_extension(typed)
    digits = _digits(typed)
    if re.fullmatch(r"\+?[0-9OolI]+", digits) and re.search("[OolI]", digits) and re.search("[0-9]{4}", digits):
        meant, _, error = _understood(digits.translate(_LETTERS_FOR_DIGITS))
        return "", "", "phone_letter", (), meant if error is None else None
    shown, key, error = _understood(digits)
    if error:
        return "", "", error, _reason(typed, digits) if error == "phone_invalid" else (), None
    return f"{shown} 内線{extension}" if extension else shown, key, None, (), None


def _without_extension(typed: str) -> tuple[str, str]:
    if found := _EXTENSION.search(typed):
        return typed[: found.start()], found[1]
    # 096-328-6842,12 and (12): only behind what is a number without it; 090,1234,5678 is parted by commas.
    found = _EXTENSION_BEHIND.search(typed)
    if found and _is_number(typed[: found.start()]):
        return typed[: found.start()], found[1] or found[2]
    return typed, ""


def _digits(typed: str) -> str:
    """Digits alone, and a + before a country's code; Japan's is taken in every way of dialling it."""
    digits = _SEPARATORS.sub("", typed).translate(_KANJI_DIGITS)
    digits = re.sub("^(?:00|010)(?=[1-9])", "+", digits)
    if re.fullmatch("81[1-9][0-9]{8,9}", digits):
        digits = "+" + digits
    return re.sub(r"^\+810", "+81", digits)


def _reason(typed: str, digits: str) -> tuple[str, ...]:
    """What is wrong with a number that is none, and what its message names."""
    if not digits:
        return ()
    others = "".join(dict.fromkeys(re.sub("[0-9]", "", digits.removeprefix("+"))))
    if _MAX_DIGITS < len(digits) < 60 and sum(_is_number(part) for part in _TWO_NUMBERS.split(typed)) > 1:
        return ("phone_two",)
    if others:
        return ("phone_letters", others)
    if digits[0] == "+" and not digits.startswith("+81"):
        return ("phone_abroad",)
    if digits[0] not in "0+":
        return ("phone_no_zero",)
    national = "0" + digits.removeprefix("+81") if digits[0] == "+" else digits
    should = 11 if re.match("0[5-9]0", national) else 10
    if len(national) != should:
        return ("phone_too_few" if len(national) < should else "phone_too_many", str(len(national)))
    return ("phone_no_such_area",)


def _is_number(typed: str) -> bool:
    return _understood(_digits(typed))[2] is None


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
