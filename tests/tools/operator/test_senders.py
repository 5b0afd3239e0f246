"""The sender's name in the DNS, asked of a name server over UDP."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from rules.policy import Policy, load_policy
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM, Finding
from tools.operator.senders import ask, check_sender, name_servers
from tools.places import ROOT

DOMAIN = "library.example.jp"
Zone = Mapping[tuple[str, str], Sequence[str]]

GOOD: Zone = {
    (DOMAIN, "TXT"): ['"some-verification=1"', '"v=spf1 ip4:192.0.2.1 -all"'],
    (f"card._domainkey.{DOMAIN}", "TXT"): [f'"v=DKIM1; k=rsa; p={"A" * 200}" "{"B" * 100}"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine"'],
    (DOMAIN, "MX"): ["10 mx.example.jp."],
}


class NameServer(asyncio.DatagramProtocol):
    """Answers from a zone; without one it refuses everything."""

    def __init__(self, zone: Zone | None) -> None:
        self.zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query, recursion_available=True)
        [question] = query.question
        name, type_ = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        if self.zone is None:
            answer.set_rcode(dns.rcode.REFUSED)
        elif records := self.zone.get((name, type_)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", type_, records))
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def serving(zone: Zone | None) -> AsyncIterator[str]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(zone), local_addr=("127.0.0.1", 0)
    )
    host, port = transport.get_extra_info("sockname")
    try:
        yield f"{host}:{port}"
    finally:
        transport.close()


def _policy(bounce_address: str | None = None) -> Policy:
    policy = load_policy(ROOT / "config" / "library.toml")
    mail = replace(policy.mail, sender_address=f"card@{DOMAIN}", bounce_address=bounce_address)
    return replace(policy, mail=mail)


async def examined(
    zone: Zone | None, selector: str | None = "card", bounce_address: str | None = None
) -> dict[str, Finding]:
    async with serving(zone) as address:
        resolver = name_servers([address])
        try:
            found = await check_sender(_policy(bounce_address), partial(ask, resolver), selector)
        finally:
            await resolver.close()
    return {finding.what: finding for finding in found}


async def states(zone: Zone | None, selector: str | None = "card") -> dict[str, str]:
    return {what: finding.state for what, finding in (await examined(zone, selector)).items()}


async def test_a_sender_in_order_is_well() -> None:
    assert await states(GOOD) == {"SPF": OK, "DKIM": OK, "DMARC": OK, "MX": OK}


async def test_a_sender_that_the_dns_does_not_know_is_four_problems() -> None:
    assert await states({}) == {"SPF": PROBLEM, "DKIM": PROBLEM, "DMARC": PROBLEM, "MX": PROBLEM}


async def test_without_a_name_server_nothing_is_said_to_be_wrong() -> None:
    assert set((await states(None)).values()) == {NOT_CHECKED}


async def test_without_a_selector_the_key_is_not_checked() -> None:
    assert (await states(GOOD, None))["DKIM"] == NOT_CHECKED


@pytest.mark.parametrize(
    ("what", "name", "type_", "records"),
    [
        ("SPF", DOMAIN, "TXT", ['"v=spf1 -all"', '"v=spf1 mx -all"']),
        ("SPF", DOMAIN, "TXT", ['"v=spf1 +all"']),
        ("SPF", DOMAIN, "TXT", ['"v=spf1 all"']),
        ("SPF", DOMAIN, "TXT", ['"v=spf10 -all"']),
        ("DKIM", f"card._domainkey.{DOMAIN}", "TXT", ['"v=DKIM1; p="']),
        ("DKIM", f"card._domainkey.{DOMAIN}", "TXT", ['"v=DKIM1; k=rsa"']),
        ("DKIM", f"card._domainkey.{DOMAIN}", "TXT", ['"p=AAAA"', '"p=BBBB"']),
        ("DMARC", f"_dmarc.{DOMAIN}", "TXT", ['"v=DMARC1"']),
        ("DMARC", f"_dmarc.{DOMAIN}", "TXT", ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']),
        ("MX", DOMAIN, "MX", ["0 ."]),
    ],
)
async def test_a_record_that_receivers_cannot_use_is_a_problem_of_its_own(
    what: str, name: str, type_: str, records: list[str]
) -> None:
    found = await states({**GOOD, (name, type_): records})
    assert found == {each: PROBLEM if each == what else OK for each in ("SPF", "DKIM", "DMARC", "MX")}


@pytest.mark.parametrize(
    "spf", ["v=spf1 mx ~all", "V=SPF1 include:_spf.example.jp ?all", "v=spf1 redirect=x.example.jp"]
)
async def test_usual_forms_of_spf_are_well(spf: str) -> None:
    assert (await states({**GOOD, (DOMAIN, "TXT"): [f'"{spf}"']}))["SPF"] == OK


async def test_the_policy_of_a_parent_domain_counts() -> None:
    zone = {**GOOD, ("_dmarc.example.jp", "TXT"): ['"v=DMARC1; p=none"']}
    del zone[(f"_dmarc.{DOMAIN}", "TXT")]
    found = (await examined(zone))["DMARC"]
    assert (found.state, found.text) == (OK, "_dmarc.example.jp: v=DMARC1; p=none")


async def test_spf_and_mx_are_asked_of_the_domain_that_mails_come_back_to() -> None:
    found = await examined(GOOD, bounce_address="bounces@elsewhere.example.jp")
    assert [found[what].state for what in ("SPF", "DKIM", "DMARC", "MX")] == [PROBLEM, OK, OK, PROBLEM]
