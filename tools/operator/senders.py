"""Whether the sender's domain tells the world what receivers ask: SPF, DKIM, DMARC and MX."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

import aiodns
import pycares

from rules.policy import Policy
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM, Finding

#: Asks the DNS for a name's records of one type (TXT, MX), as texts. Raises NoAnswer.
Lookup = Callable[[str, str], Awaitable[Sequence[str]]]

ANSWER_SECONDS, TRIES = 3.0, 1
_NOT_THERE = (aiodns.error.ARES_ENODATA, aiodns.error.ARES_ENOTFOUND)


class NoAnswer(Exception):
    """No name server says whether there is such a record."""


async def check_sender(policy: Policy, lookup: Lookup, selector: str | None) -> list[Finding]:
    """`selector` is the DKIM key's; None where nobody said which."""
    address = policy.mail.bounce_address or policy.mail.sender_address
    domain = policy.mail.sender_address.rpartition("@")[2]
    # Receivers ask SPF of the domain that mails come back to.
    back = address.rpartition("@")[2]
    return list(
        await asyncio.gather(
            _checked("SPF", _spf(lookup, back)),
            _checked("DKIM", _dkim(lookup, domain, selector)),
            _checked("DMARC", _dmarc(lookup, domain)),
            _checked("MX", _mx(lookup, back)),
        )
    )


async def _checked(what: str, check: Awaitable[tuple[str, str]]) -> Finding:
    try:
        return Finding(what, *await check)
    except NoAnswer as reason:
        return Finding(what, NOT_CHECKED, f"no name server answers ({reason})")


async def _spf(lookup: Lookup, domain: str) -> tuple[str, str]:
    found = [text for text in await lookup(domain, "TXT") if re.match(r"v=spf1(\s|$)", text, re.I)]
    if not found:
        return PROBLEM, f"{domain} has none: a TXT record must name the relay (v=spf1 … -all)"
    if len(found) > 1:
        return PROBLEM, f"{domain} has {len(found)}: with more than one receivers take none"
    if re.search(r"(?:\s|^)\+?all(?:\s|$)", found[0], re.I):
        return PROBLEM, f"{domain} lets everybody send (+all)"
    return OK, f"{domain}: {found[0]}"


async def _dkim(lookup: Lookup, domain: str, selector: str | None) -> tuple[str, str]:
    if not selector:
        return NOT_CHECKED, "no selector: ouchi doctor --dkim-selector NAME, or OUCHI_DKIM_SELECTOR"
    name = f"{selector}._domainkey.{domain}"
    keys = [found[1] for text in await lookup(name, "TXT") if (found := re.search(r"(?:^|;)\s*p=([^;]*)", text))]
    if not keys:
        return PROBLEM, f"{name} has no key: publish the public half of the key that signs"
    if len(keys) > 1:
        return PROBLEM, f"{name} has {len(keys)} keys: receivers need one"
    return (OK, f"{name} has a key") if keys[0].strip() else (PROBLEM, f"{name}: the key is revoked (p= is empty)")


async def _dmarc(lookup: Lookup, domain: str) -> tuple[str, str]:
    labels = domain.split(".")
    # A parent's record holds for its subdomains; a receiver asks the organisation's domain.
    for name in (".".join(labels[start:]) for start in range(len(labels) - 1)):
        found = [text for text in await lookup(f"_dmarc.{name}", "TXT") if text.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            return PROBLEM, f"_dmarc.{name} has {len(found)} records: with more than one receivers take none"
        if found and not re.search(r";\s*p=(none|quarantine|reject)\b", found[0], re.I):
            return PROBLEM, f"_dmarc.{name} names no policy (p=)"
        if found:
            return OK, f"_dmarc.{name}: {found[0]}"
    return PROBLEM, f"_dmarc.{domain} has none: large mail services then refuse or hide mails"


async def _mx(lookup: Lookup, domain: str) -> tuple[str, str]:
    found = await lookup(domain, "MX")
    if not found:
        return PROBLEM, f"{domain} has none: mails that come back, and answers, reach nobody"
    if list(found) == ["."]:
        return PROBLEM, f"{domain} takes no mail at all (a null MX)"
    return OK, f"{domain}: {', '.join(found)}"


def name_servers(servers: Sequence[str] | None = None) -> aiodns.DNSResolver:
    """A resolver for `ask`: of this machine's own name servers unless others are given. It has to be closed."""
    return aiodns.DNSResolver(servers, timeout=ANSWER_SECONDS, tries=TRIES)


async def ask(resolver: aiodns.DNSResolver, name: str, type_: str) -> Sequence[str]:
    """The `Lookup` over the network; nothing where there is no such name or record."""
    try:
        found = await resolver.query_dns(name, type_)
    except aiodns.error.DNSError as error:
        if error.args[0] in _NOT_THERE:
            return []
        raise NoAnswer(error.args[1]) from None
    return [text for record in found.answer if (text := _text(record.data)) is not None]


def _text(data: object) -> str | None:
    if isinstance(data, pycares.TXTRecordData):
        return data.data.decode("utf-8", "replace") if isinstance(data.data, bytes) else data.data
    if isinstance(data, pycares.MXRecordData):
        return data.exchange or "."
    return None
