"""What the types of the policy cannot say: codes that exist, numbers that fit together, ranges that make sense."""

import ipaddress
import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from rules.card_numbers import METHODS, capacity
from rules.opening_days import HOLIDAY_RULES, WEEKDAYS
from rules.policy_choices import KINDS

PROOFS = ("name", "birth_date", "current_address", "work_or_school")
_SOURCES = ("range", "typed", "library_system")
_SYMBOLOGIES = ("codabar", "jan13", "code39", "code128", "none")
_BASES = ("residence", "work", "school")
_DOCUMENT_KINDS = ("identity", "supplement", "affiliation")
_BRANCH_KINDS = ("library", "room", "other")
_ITEM = re.compile(r"document|application|field(:[a-z_]+)?")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: What may be limited, and what each may be counted by.
RATES: Mapping[str, tuple[str, ...]] = {
    "application": ("address", "email"),
    "sign_in": ("address", "application"),
    "link": ("address", "email"),
    "contact_change": ("address", "application", "email"),
    "upload": ("address", "application"),
    "draft": ("address",),
    "lookup": ("address",),
    "mail": ("all",),
    "mail_domain": ("all",),
}
_HOLD_CONTACTS = ("none", "mail", "phone")
#: 64 characters, less + and the 32 of an id.
_LONGEST_BOUNCE_NAME = 31
#: As it is written into a header, where "=?" might be decoded (RFC 2047) to another one.
_ADDRESS = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def problems_of(parts: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    """Every problem between the parts. `table` is the file itself: an entry with a problem of its own still exists."""
    for name, value in table.items():
        if isinstance(value, list):
            yield from _codes_of_list(name, value)
    yield from _library(parts)
    yield from _card_numbers(parts)
    yield from _days(parts)
    yield from _categories(parts, table)
    yield from _document_types(parts, table)
    yield from _reasons(parts)
    yield from _limits(parts)
    yield from _numbers("", parts)
    languages = [language.code for language in parts.get("languages", ()) if not language.retired]
    # Reception may have to be paused at once: its notice may come in Japanese alone.
    yield from _untranslated("", {name: part for name, part in parts.items() if name != "pauses"}, languages)


def _codes_of_list(name: str, entries: list[Any]) -> Iterator[str]:
    codes = [entry["code"] for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("code"), str)]
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield f"{name}({code}): the code is used {codes.count(code)} times"
        if not _CODE.fullmatch(code):
            yield f"{name}({code}): a code consists of a-z, 0-9, _ and -"
    if not entries and name not in ("subscribers", "pauses"):
        yield f"{name}: is empty"


def _library(parts: Mapping[str, Any]) -> Iterator[str]:
    if (library := parts.get("library")) and not _zone_exists(library.time_zone):
        yield f"library.time_zone: {library.time_zone} is not an IANA time zone"
    if mail := parts.get("mail"):
        for name in ("sender_address", "reply_to", "bounce_address"):
            address = getattr(mail, name)
            if address is not None and not _ADDRESS.fullmatch(address):
                yield f"mail.{name}: {address} is not an e-mail address"
        if mail.bounce_address is not None and len(mail.bounce_address.rpartition("@")[0]) > _LONGEST_BOUNCE_NAME:
            yield f"mail.bounce_address: more than {_LONGEST_BOUNCE_NAME} characters before the @ leave no room for a tag"
        if not mail.sender_address.endswith(("@" + mail.allow_domain, "." + mail.allow_domain)):
            yield f"mail.sender_address: is not at {mail.allow_domain}, the domain that applicants are asked to allow"
    if kinds := parts.get("kinds"):
        for kind in kinds.offered:
            yield from _one_of("kinds.offered", kind, KINDS)
        if "new" not in kinds.offered:
            yield "kinds.offered: new must be among them; a pause of all reception is [[pauses]]"
    if digest := parts.get("staff_digest"):
        yield from _hour("staff_digest.hour", digest.hour)
        for address in digest.addresses:
            if not _ADDRESS.fullmatch(address):
                yield f"staff_digest.addresses: {address} is not an e-mail address"
    languages = [language.code for language in parts.get("languages", ()) if not language.retired]
    if languages and "ja" not in languages:
        yield "languages: ja is missing; every text falls back to it"
    for entry in parts.get("hold_contacts", ()):
        yield from _one_of(f"hold_contacts({entry.code})", entry.code, _HOLD_CONTACTS)
    if not any(branch.pickup and not branch.retired for branch in parts.get("branches", ())) and parts.get("branches"):
        yield "branches: none can be chosen for collecting reserved books (pickup = true)"


def _card_numbers(parts: Mapping[str, Any]) -> Iterator[str]:
    if not (numbers := parts.get("card_numbers")):
        return
    yield from _one_of("card_numbers.source", numbers.source, _SOURCES)
    yield from _one_of("card_numbers.check_digit", numbers.check_digit, METHODS)
    yield from _one_of("card_numbers.symbology", numbers.symbology, _SYMBOLOGIES)
    if not re.fullmatch("[0-9]*", numbers.prefix):
        yield "card_numbers.prefix: must consist of digits"
    if not re.fullmatch("[A-D]{2}", numbers.start_stop):
        yield "card_numbers.start_stop: must be two letters A to D"
    if numbers.symbology == "jan13" and (numbers.length, numbers.check_digit) != (13, "m10w31"):
        yield "card_numbers: jan13 needs length 13 and check_digit m10w31"
    if numbers.check_digit == "mod16" and numbers.symbology != "codabar":
        yield "card_numbers: mod16 gives characters that only codabar can print"
    if capacity(numbers) < 1:
        yield "card_numbers.length: leaves no digit for the number itself"
    elif numbers.source == "range" and not 0 <= numbers.first <= numbers.last < 10 ** capacity(numbers):
        yield f"card_numbers: first and last must be in order and have at most {capacity(numbers)} digits"


def _days(parts: Mapping[str, Any]) -> Iterator[str]:
    if opening := parts.get("opening"):
        yield from _one_of("opening.holiday_rule", opening.holiday_rule, HOLIDAY_RULES)
        yield from _weekdays("opening", opening.closed_weekdays)
        for closure in opening.closures:
            if closure.last < closure.first:
                yield f"opening.closures: {closure.first} to {closure.last} ends before it begins"
    yield from _pauses(parts.get("pauses", ()))
    for branch in parts.get("branches", ()):
        yield from _one_of(f"branches({branch.code}).kind", branch.kind, _BRANCH_KINDS)
        yield from _weekdays(f"branches({branch.code})", branch.closed_weekdays or ())
    if (expected := parts.get("expected_time")) and not (
        0 < expected.minimum_days <= expected.usual_days <= expected.busy_days
    ):
        yield "expected_time: minimum_days, usual_days and busy_days must be in this order, from 1 on"
    if expected:
        yield from _hour("expected_time.told_from_hour", expected.told_from_hour)
    if deadlines := parts.get("deadlines"):
        for name in ("provisional", "correction"):
            last = getattr(deadlines, f"{name}_days")
            if any(not 0 < day < last for day in getattr(deadlines, f"{name}_reminder_days")):
                yield f"deadlines.{name}_reminder_days: must lie before {name}_days ({last})"
        # Who is told to renew must be able to.
        opens = deadlines.renewal_opens_days
        if any(day > opens for day in deadlines.renewal_notice_days):
            yield f"deadlines.renewal_notice_days: must lie within renewal_opens_days ({opens})"


def _pauses(pauses: Sequence[Any]) -> Iterator[str]:
    ordered = sorted(pauses, key=lambda each: each.first)
    for pause in ordered:
        if pause.last < pause.first:
            yield f"pauses: {pause.first} to {pause.last} ends before it begins"
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            yield f"pauses: {after.first} to {after.last} begins before {before.first} to {before.last} has ended"


def _categories(parts: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    for category in parts.get("categories", ()):
        path = f"categories({category.code})"
        yield from _one_of(f"{path}.basis", category.basis, _BASES)
        yield from _known(f"{path}.lists", category.lists, _codes(table, "municipality_lists"), "municipality list")
        for proof in category.proofs:
            yield from _one_of(f"{path}.proofs", proof, PROOFS)
        if category.basis != "residence" and not category.needs_organisation:
            yield f"{path}: basis {category.basis} needs needs_organisation = true"
        if category.validity_years < 1:
            yield f"{path}.validity_years: must be at least 1"
    for each in parts.get("municipality_lists", ()):
        yield from _period(f"municipality_lists({each.code})", each)
        if each.url is not None and not each.url.startswith(("https://", "http://")):
            yield f"municipality_lists({each.code}).url: {each.url} is not the address of a web page"


def _document_types(parts: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    types = parts.get("document_types", ())
    codes = _codes(table, "document_types")
    for kind in types:
        path = f"document_types({kind.code})"
        yield from _one_of(f"{path}.kind", kind.kind, _DOCUMENT_KINDS)
        yield from _known(f"{path}.replaced_by", kind.replaced_by, codes, "document type")
        yield from _known(f"{path}.treat_as", [kind.treat_as] if kind.treat_as else [], codes, "document type")
        yield from _period(path, kind)
        if kind.basis is not None:
            yield from _one_of(f"{path}.basis", kind.basis, ("work", "school"))
        if None not in (kind.least_age, kind.most_age) and kind.least_age > kind.most_age:
            yield f"{path}: least_age is above most_age, so nobody has one"
        if kind.valid_until and not kind.refused_as:
            yield f"{path}: ends on {kind.valid_until} but has no refused_as to say so"
        if not kind.sides and not kind.treat_as and not kind.refused_as:
            yield f"{path}: has no sides"
        yield from _codes_of_list(f"{path}.sides", [{"code": side.code} for side in kind.sides] or [None])
        for side in kind.sides:
            for proof in side.proves:
                yield from _one_of(f"{path}.sides({side.code}).proves", proof, PROOFS)
    accepted = [kind for kind in types if not kind.retired and (not kind.refused_as or kind.valid_until)]
    given = {proof for kind in accepted for side in kind.sides if not side.refused_as for proof in side.proves}
    for category in parts.get("categories", ()) if types else ():
        if missing := set(category.proofs) & set(PROOFS) - given:
            yield f"categories({category.code}).proofs: no document type proves {', '.join(sorted(missing))}"


def _reasons(parts: Mapping[str, Any]) -> Iterator[str]:
    for reason in parts.get("reasons", ()):
        path = f"reasons({reason.code})"
        if not reason.items or not all(_ITEM.fullmatch(item) for item in reason.items):
            yield f"{path}.items: each must be document, application, field or field:<name>"
        if not reason.decisions:
            yield f"{path}.decisions: is empty"
        for decision in reason.decisions:
            yield from _one_of(f"{path}.decisions", decision, ("correct", "reject"))
        if reason.rejected_text and "reject" not in reason.decisions:
            yield f"{path}.rejected_text: is never said, since reject is not among decisions"


def _limits(parts: Mapping[str, Any]) -> Iterator[str]:
    if limits := parts.get("limits"):
        for rate in limits.rates:
            path = f"limits.rates({rate.code})"
            yield from _known(path, [rate.code], set(RATES), "rate")
            yield from _one_of(f"{path}.per", rate.per, RATES.get(rate.code, (rate.per,)))
            if rate.count < 1 or rate.seconds < 1:
                yield f"{path}: count and seconds must be at least 1"
            if sum((each.code, each.per) == (rate.code, rate.per) for each in limits.rates) > 1:
                yield f"{path}: there is more than one per {rate.per}"
        for address in limits.exempt_addresses:
            if not _is_network(address):
                yield f"limits.exempt_addresses: {address} is neither an address nor a network"
    if sessions := parts.get("sessions"):
        if not 5 <= sessions.idle_minutes <= sessions.absolute_hours * 60:
            yield "sessions.idle_minutes: must be 5 at least, and no longer than absolute_hours"
        if sessions.absolute_hours > 24:
            yield "sessions.absolute_hours: must be 24 at most"


def _numbers(path: str, value: object) -> Iterator[str]:
    """No count, limit or number of days is negative anywhere."""
    if isinstance(value, bool):
        return
    if isinstance(value, int) and value < 0:
        yield f"{path}: must not be negative"
    elif isinstance(value, tuple):
        for each in value:
            yield from _numbers(f"{path}({each.code})" if hasattr(each, "code") else path, each)
    elif isinstance(value, Mapping) or hasattr(value, "__dataclass_fields__"):
        inside = value if isinstance(value, Mapping) else vars(value)
        for name, each in inside.items():
            yield from _numbers(f"{path}.{name}" if path else name, each)


def _untranslated(path: str, value: object, languages: Iterable[str]) -> Iterator[str]:
    """Every text is in every language that the policy offers."""
    if isinstance(value, Mapping) and "ja" in value:
        for language in languages:
            if language not in value:
                yield f"{path}: the text in {language} is missing"
    elif isinstance(value, tuple):
        for each in value:
            yield from _untranslated(f"{path}({each.code})" if hasattr(each, "code") else path, each, languages)
    elif isinstance(value, Mapping) or hasattr(value, "__dataclass_fields__"):
        inside = value if isinstance(value, Mapping) else vars(value)
        for name, each in inside.items():
            yield from _untranslated(f"{path}.{name}" if path else name, each, languages)


def _codes(table: Mapping[str, Any], name: str) -> set[str]:
    entries = table.get(name)
    if not isinstance(entries, list):
        return set()
    return {str(entry.get("code")) for entry in entries if isinstance(entry, Mapping)}


def _known(path: str, used: Iterable[str], known: set[str], what: str) -> Iterator[str]:
    for code in used:
        if code not in known:
            yield f"{path}: there is no {what} {code}"


def _hour(path: str, hour: int) -> Iterator[str]:
    if hour > 23:
        yield f"{path}: must be an hour of the day, 0 to 23"


def _one_of(path: str, value: str, allowed: Iterable[str]) -> Iterator[str]:
    if value not in allowed:
        yield f"{path}: {value} is not one of {', '.join(allowed)}"


def _weekdays(path: str, days: Iterable[str]) -> Iterator[str]:
    for day in days:
        yield from _one_of(f"{path}.closed_weekdays", day, WEEKDAYS)
    if len(set(days)) == len(WEEKDAYS):
        yield f"{path}.closed_weekdays: no day is left open"


def _period(path: str, entry: Any) -> Iterator[str]:
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        yield f"{path}: valid_until lies before valid_from"


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _zone_exists(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
