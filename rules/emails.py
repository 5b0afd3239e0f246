"""E-mail addresses: what the IME did is undone, slips are suggested and never corrected."""

import re

from rules import text

# Issued with dots where RFC 5321 has none, until 2009-04; thousands are still in use.
_CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com")
_CARRIER_LOCAL = re.compile(r"[A-Za-z0-9._?/+-]{1,64}")
_MAX_LENGTH = 254
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

    Error `email_invalid`. Note `email_old_style`: an old carrier address that some senders cannot reach.
    The suggestion (also beside an error) is what was probably meant: taro@gmail.con → taro@gmail.com.
    """
    typed = re.sub(r"\s", "", text.thorough(raw)).replace("。", ".").replace("｡", ".")
    typed = re.sub("^mailto:", "", typed, flags=re.IGNORECASE)
    local, at, domain = typed.rpartition("@")
    domain = domain.lower()
    meant = _domain_meant(domain)
    suggestion = f"{local}@{meant}" if local and meant else None
    if not at or len(typed) > _MAX_LENGTH or _may_be_decoded(typed):
        return "", "", "email_invalid", (), suggestion
    from email_validator import EmailNotValidError, validate_email  # slow to import

    try:
        valid = validate_email(f"{local}@{domain}", check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        if domain in _CARRIERS and _CARRIER_LOCAL.fullmatch(local):
            address = f"{local}@{domain}"
            return address, address.lower(), None, ("email_old_style",), None
        return "", "", "email_invalid", (), suggestion
    address = valid.ascii_email or valid.normalized
    return address, address.lower(), None, (), suggestion


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
