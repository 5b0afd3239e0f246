"""E-mail addresses: what the IME did is undone, slips are suggested and never corrected."""

import re
import unicodedata

from rules import text

# Issued with dots where RFC 5321 has none, until 2009-04; thousands are still in use.
_CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com")
_CARRIER_LOCAL = re.compile(r"[A-Za-z0-9._?/+-]{1,64}")
_MAX_LENGTH = 254
_DOTS = str.maketrans("。｡．", "...")
_MARKS = str.maketrans("“”„‟〝〞〈〉《》‘’", '""""""<><>\'\'')
#: What looks like a hyphen and is none by its kind: the long vowel, lines, the minus, the number one in kanji.
_HYPHEN_MEANT = re.compile(
    "(?<=[0-9A-Za-z._-])[" + re.escape(text.HYPHENS) + "\u02d7\u2796\u4e00\u23af\u1173](?=[0-9A-Za-z._@-])"
)
_LABELS = r"mailto|e-?mail(?: address)?|mail(?: address)?|address|to|pc"
_LABELS_OF_EAST_ASIA = (
    "(?:電子|でんし|e)?メール(?:アドレス)?|メルアド|メアド|アドレス|連絡先|携帯|自宅|"
    "(?:电子|電子)?(?:邮箱|信箱|邮件|郵件)(?:地址)?|(?:이메일|메일)(?: ?주소)?"
)
#: A label of Latin letters needs its colon: `mail taro@…` may be an address with a space in it.
_BEFORE = re.compile(
    rf"\A[\s(\[{{<「『【〔\"'✉📧📩️・]*(?:(?:(?:{_LABELS}|{_LABELS_OF_EAST_ASIA}) ?[:=]|(?:my )?e-?mail(?: address)? is |"
    rf"(?:{_LABELS_OF_EAST_ASIA}) ?[は는은)\]】」]?)\s*)*[\s(\[{{<「『【〔']*",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?<=[^\s.,;:、・/!?)\]}>」』】〕'\"])(?:[\s.,;:、・/!?)\]}>」』】〕'\"]|です|입니다)++$")
_NOTE_BEHIND = re.compile(r" ?\([^()@]*\)$")
_QUOTED_LOCAL = re.compile(r'"([^"\s@]+)"(?=@)')
_SLIPS = re.compile(r"[,、.]{2,}|[,、]|@{2,}")
_DOMAINS_MEANT = {
    slip: meant
    for meant, slips in {
        "gmail.com": "gmail.con gmail.co gmail.cm gmail.cpm gmail.comm gamil.com gmial.com gmai.com gmeil.com "
        "gmali.com gmail.jp gmail.co.jp gmail.ne.jp gmail",
        "yahoo.co.jp": "yahoo.co yahoo.jp yaho.co.jp yahooo.co.jp yafoo.co.jp yahoo.ne.jp yahoo.cojp",
        "docomo.ne.jp": "docomo.co.jp docomo.ne.com docomo.jp docom.ne.jp dokomo.ne.jp docomo.ne",
        "ezweb.ne.jp": "ezweb.co.jp ezweb.ne.com ezweb.jp ezwev.ne.jp ezweb.ne",
        "au.com": "au.con au.co.jp",
        "softbank.ne.jp": "softbank.co.jp softbank.jp softbank.ne",
        "icloud.com": "icloud.con icloud.co icloud.co.jp icloud.jp iclound.com icoud.com",
        "outlook.jp": "outlook.co.jp",
        "outlook.com": "outlook.con outlock.com",
        "hotmail.com": "hotmail.con hotmial.com hotmai.com",
    }.items()
    for slip in slips.split()
}


#: Where most mail of the country goes. One slip away from one of these, and it was probably meant.
_COMMON = (
    *tuple(dict.fromkeys(_DOMAINS_MEANT.values())),
    "yahoo.com",
    "hotmail.co.jp",
    "me.com",
    "live.jp",
    "i.softbank.jp",
)
#: Whose mailboxes have one name with dots at any place and without, under either domain.
_DOTS_IGNORED = ("gmail.com", "googlemail.com")
#: These are real, although one letter away from a common one.
_REAL = frozenset(("mail.com", "email.com", "ymail.com", "qmail.com"))


def read_email(raw: str) -> tuple[str, str, str | None, tuple[str, ...], str | None]:
    """(address, match key, error, notes, suggestion). The address is ASCII, its domain in lower case.

    Errors: `email_space` (a space inside: what stood there is not known), `email_invalid`. Note `email_old_style`: an old
    carrier address that some senders cannot reach. The suggestion (also beside an error) is what was probably meant:
    taro@gmail.con → taro@gmail.com. It is an address that is taken as it stands.
    """
    typed = _unwrapped(_ascii_marks(raw))
    spaced = " " in typed
    address, error, notes, meant = _read(typed)
    if spaced or error:
        return "", "", "email_space" if spaced else "email_invalid", (), _suggestion(typed, meant)
    return address, address.lower(), None, notes, _suggestion(meant, None) if meant else None


def _ascii_marks(raw: str) -> str:
    """With the hyphens, dots and widths of an input method as ASCII has them, and single spaces."""
    typed = text.visible(raw)
    typed = "".join("-" if unicodedata.category(char) == "Pd" and char not in text.WAVES else char for char in typed)
    typed = text.thorough(typed.translate(_DOTS))
    return _HYPHEN_MEANT.sub("-", typed).translate(_MARKS)


def _unwrapped(typed: str) -> str:
    """The address alone: out of a mailer's `Name <a@b>`, a link, a label before it, brackets, quotes, closing punctuation."""
    if typed.count("<") == typed.count(">") == 1:
        typed = typed.partition("<")[2].partition(">")[0]
    typed = _QUOTED_LOCAL.sub(r"\1", typed)
    typed = _AFTER.sub("", _NOTE_BEHIND.sub("", _BEFORE.sub("", typed)))
    local, at, domain = typed.rpartition("@")
    domain = domain.partition("?")[0]  # of mailto:a@b?subject=…
    return f"{local}{at}{domain}"


def _read(typed: str) -> tuple[str, str | None, tuple[str, ...], str | None]:
    """(address, error, notes, what was probably meant)."""
    local, at, domain = typed.rpartition("@")
    domain = domain.lower()
    meant = _domain_meant(domain)
    suggestion = f"{local}@{meant}" if local and meant else None
    if not at or len(typed) > _MAX_LENGTH or _may_be_decoded(typed):
        return "", "email_invalid", (), suggestion
    from email_validator import EmailNotValidError, validate_email  # slow to import

    try:
        valid = validate_email(f"{local}@{domain}", check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        if domain in _CARRIERS and _CARRIER_LOCAL.fullmatch(local):
            return f"{local}@{domain}", None, ("email_old_style",), None
        return "", "email_invalid", (), suggestion
    return valid.ascii_email or valid.normalized, None, (), suggestion


def _suggestion(typed: str, meant: str | None) -> str | None:
    """The first that would be taken as it stands, and asked about no further."""
    unspaced = typed.replace(" ", "")
    for candidate in (meant, unspaced, _SLIPS.sub(_mended, unspaced)):
        if candidate is None:
            continue
        address, error, _notes, further = _read(candidate)
        if further is not None:
            address, error, _notes, further = _read(further)
        if error is None and further is None:
            return address
    return None


def _mended(found: re.Match[str]) -> str:
    return "@" if "@" in found[0] else "."


def _may_be_decoded(address: str) -> bool:
    """Whether a mail program may read another address in it: RFC 2047 forbids encoded words there, many decode them."""
    return "=?" in address


def rate_key(match_key: str) -> str:
    """What the addresses of one mailbox share, so that nobody is flooded through many: taro+1@… and taro+2@… are one.

    At Gmail dots make no difference either. For limits only: a registration is found by its whole address.
    """
    local, at, domain = match_key.rpartition("@")
    name = local.partition("+")[0]
    if domain in _DOTS_IGNORED:
        name, domain = name.replace(".", ""), _DOTS_IGNORED[0]
    return f"{name or local}{at}{domain}"


def _domain_meant(domain: str) -> str | None:
    """The common domain that this one is a slip of."""
    if domain in _COMMON or domain in _REAL:
        return None
    if domain in _DOMAINS_MEANT:
        return _DOMAINS_MEANT[domain]
    # Short ones are one letter away from much that is real (me.com: we.com, mi.com).
    return next((each for each in _COMMON if len(each) > 7 and _one_slip_apart(domain, each)), None)


def _one_slip_apart(a: str, b: str) -> bool:
    """One letter too many, missing or another, or two neighbours exchanged."""
    if len(a) > len(b):
        a, b = b, a
    same = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return len(b) - len(a) == 1 and a[same:] == b[same + 1 :]
    rest_a, rest_b = a[same:], b[same:]
    return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
