"""Mails that come back: told over HTTP by whoever runs the mail server, said once, shown to nobody who should not see."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from encodings.aliases import aliases
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing import MovableClock, started
from rules.policy import Policy
from services.notifier.app import SERVICE, NotifierSettings
from services.notifier.mail import envelope_sender, mailbox
from services.notifier.reports import AUTO_REPLY, NO_FAILURE, UNCLEAR, Report, delivery_of, read_report
from services.notifier.reports import FAILED as LOST
from tests.conftest import FromService
from tests.notifier import returned
from tests.notifier.conftest import House
from tests.notifier.post_office import PostOffice
from tests.notifier.samples import APPLICATION, heard
from tools.places import ROOT

SENT, FAILED = "notification.sent.v1", "notification.failed.v1"
TOKEN = "bounces-for-tests"
DELIVERY = UUID("019a8f50-0000-7000-8000-000000000001")
Client = TestClient[Any, Any]


@pytest.fixture
async def served(database_url: FromService, office: PostOffice) -> AsyncIterator[tuple[House, Client]]:
    clock = MovableClock()
    library = str(ROOT / "config" / "library.toml")
    own = NotifierSettings(library, "https://staff.example.jp", "127.0.0.1", office.port, bounce_token=TOKEN)
    async with started(SERVICE, own, await database_url("notifier"), clock) as (notifier, client):
        yield House(notifier, notifier.db, clock, office), client


def dsn(
    message_id: str = f"<{DELIVERY}@library.city.kumamoto.jp>",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    to: str = "card@library.city.kumamoto.jp",
    original: str = "message/rfc822",
) -> bytes:
    """As Postfix writes one."""
    return f"""From: MAILER-DAEMON@relay.example.jp
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.jp
Arrival-Date: Sun, 22 Nov 2026 12:00:00 +0900

Final-Recipient: rfc822; hana@example.jp
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <hana@example.jp>: User unknown

--B
Content-Type: {original}

From: card@library.city.kumamoto.jp
To: hana@example.jp
Message-ID: {message_id}
Subject: x

--B--
""".replace("\n", "\r\n").encode()


async def post(
    client: Client, body: Any, *, token: str | None = TOKEN, kind: str = "message/rfc822"
) -> tuple[int, Any]:
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with client.post("/api/v1/bounces", data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def _sent(house: House) -> str:
    """One mail that was taken; its Message-ID."""
    await house.hear(heard("application.received.v1"))
    await house.send_all()
    [message] = house.office.messages
    return str(message["Message-ID"])


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "é"])
async def test_who_does_not_know_the_token_is_refused(served: tuple[House, Client], token: str | None) -> None:
    house, client = served
    message_id = await _sent(house)
    status, answer = await post(client, dsn(message_id), token=token)
    assert (status, answer["code"]) == (401, "unauthenticated")
    assert [row["status"] for row in await house.deliveries()] == ["sent"]


async def test_without_a_token_of_its_own_notifier_refuses_everybody(database_url: FromService) -> None:
    own = NotifierSettings(str(ROOT / "config" / "library.toml"), "https://staff.example.jp", "127.0.0.1", 1)
    async with started(SERVICE, own, await database_url("notifier"), MovableClock()) as (_, client):
        assert (await post(client, dsn(), token=""))[0] == 401
        assert (await post(client, dsn(), token="x"))[0] == 401


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", "message/rfc822", 422, "not_a_report"),
        (b"\xff\x00\x80" * 100, "message/rfc822", 422, "not_a_report"),
        (b"Subject: out of office\r\n\r\nI am away.", "message/rfc822", 422, "not_a_report"),
        (b"Content-Type: multipart/report\r\n\r\nnothing", "message/rfc822", 422, "not_a_report"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 6000, "message/rfc822", 422, "not_a_report"),
        (b"x" * 300_000, "message/rfc822", 413, "too_large"),
        (dsn(), "text/plain", 415, "message_or_json_expected"),
        (b"{", "application/json", 400, "not_json"),
        (b"{}", "application/json", 422, "invalid"),
        (b'{"message_id": "x", "permanent": "yes"}', "application/json", 422, "invalid"),
        (b'{"message_id": "x", "permanent": true, "more": 1}', "application/json", 422, "invalid"),
    ],
)
async def test_what_is_no_report_is_a_clear_error(
    served: tuple[House, Client], body: bytes, kind: str, status: int, code: str
) -> None:
    _, client = served
    answered, answer = await post(client, body, kind=kind)
    assert (answered, answer["code"]) == (status, code)


async def test_a_mail_that_came_back_is_said_once(
    served: tuple[House, Client], logged: list[MutableMapping[str, Any]]
) -> None:
    house, client = served
    message_id = await _sent(house)
    assert await post(client, dsn(message_id)) == (200, {"outcome": "bounced"})
    assert await post(client, dsn(message_id)) == (200, {"outcome": "known"})
    [row] = await house.deliveries()
    assert (row["status"], row["last_error"], row["content"]) == ("bounced", "bounced 5.1.1", None)
    told = {"template": "application_received", "caused_by": str(row["caused_by"])}
    assert await house.said() == [
        (SENT, APPLICATION, told),
        (FAILED, APPLICATION, {**told, "permanence": "permanent"}),
    ]
    assert "example.jp" not in str(logged)


async def test_the_short_form_says_the_same(served: tuple[House, Client]) -> None:
    house, client = served
    message_id = await _sent(house)
    late = f'{{"message_id": "{message_id}", "permanent": false}}'
    assert await post(client, late, kind="application/json") == (200, {"outcome": "no_failure"})
    failed = late.replace("false", "true")
    assert await post(client, failed, kind="application/json") == (200, {"outcome": "bounced"})
    assert [type_ for type_, _, _ in await house.said()] == [SENT, FAILED]


async def test_many_reports_at_once_are_said_once(served: tuple[House, Client]) -> None:
    house, client = served
    message_id = await _sent(house)
    answers = await asyncio.gather(*(post(client, dsn(message_id)) for _ in range(5)))
    assert sorted(answer["outcome"] for _, answer in answers) == ["bounced", "known", "known", "known", "known"]
    assert [type_ for type_, _, _ in await house.said()] == [SENT, FAILED]


@pytest.mark.parametrize(
    "message_id", ["<01a204ff-6059-76d8-bb4b-fae2e4e437ec@library.city.kumamoto.jp>", "<x@y.example>", "", "\0"]
)
async def test_a_report_about_another_mail_changes_nothing(served: tuple[House, Client], message_id: str) -> None:
    house, client = served
    await _sent(house)
    assert await post(client, dsn(message_id)) == (200, {"outcome": "unknown"})
    assert [row["status"] for row in await house.deliveries()] == ["sent"]


async def test_a_mail_that_is_only_late_is_no_failure(served: tuple[House, Client]) -> None:
    house, client = served
    message_id = await _sent(house)
    report = dsn(message_id, action="delayed", status="4.4.1")
    assert await post(client, report) == (200, {"outcome": "no_failure"})
    assert [type_ for type_, _, _ in await house.said()] == [SENT]


async def test_a_report_that_overtakes_our_own_note_ends_the_sending(served: tuple[House, Client]) -> None:
    house, client = served
    house.office.hold = asyncio.Event()
    await house.hear(heard("application.received.v1"))
    sending = asyncio.create_task(house.send_all())
    async with asyncio.timeout(10):
        while not house.office.seen:  # noqa: ASYNC110 - the server is not ours to add an event to
            await asyncio.sleep(0.01)
    [message] = house.office.messages
    assert await post(client, dsn(str(message["Message-ID"]))) == (200, {"outcome": "bounced"})
    house.office.hold.set()
    await sending
    assert [row["status"] for row in await house.deliveries()] == ["bounced"]
    assert [type_ for type_, _, _ in await house.said()] == [FAILED]
    house.clock.move(days=2)
    assert await house.send_all() == 0


async def test_what_the_server_refused_cannot_come_back(served: tuple[House, Client]) -> None:
    house, client = served
    house.office.answer_rcpt = lambda _address: "550 gone"
    await house.hear(heard("application.received.v1"))
    await house.send_all()
    [row] = await house.deliveries()
    assert await post(client, dsn(f"<{row['id']}@x.example>")) == (200, {"outcome": "known"})
    assert [type_ for type_, _, _ in await house.said()] == [FAILED]


@pytest.mark.parametrize(
    "report",
    [
        dsn(),
        dsn(original="text/rfc822-headers"),
        dsn("<lost@example.jp>", to=f"bounces+{DELIVERY.hex}@library.city.kumamoto.jp"),
        dsn(f"{DELIVERY}@library.city.kumamoto.jp"),
        dsn(action="Failed"),
    ],
    ids=["whole mail", "headers alone", "return address", "without brackets", "other case"],
)
def test_a_report_names_its_mail_in_one_of_these_ways(report: bytes) -> None:
    assert read_report(report) == Report(DELIVERY, LOST, "5.1.1")


@pytest.mark.parametrize(("status", "read"), [("5.2.2 (full)", "5.2.2"), ("hana@example.jp", ""), ("", "")])
def test_of_the_status_only_its_digits_are_kept(status: str, read: str) -> None:
    assert read_report(dsn(status=status)) == Report(DELIVERY, LOST, read)


def _came_back(text: str, tag: UUID = DELIVERY) -> bytes:
    to = f"bounces+{tag.hex}@library.example.jp"
    said = text.replace("{to}", to).replace("{id}", str(tag)).replace("{tag}", tag.hex)
    return said.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("kind", returned.FAILED)
def test_what_servers_of_many_kinds_return_is_read(kind: str, line_end: bytes) -> None:
    status, text = returned.FAILED[kind]
    assert read_report(_came_back(text).replace(b"\n", line_end)) == Report(DELIVERY, LOST, status)


@pytest.mark.parametrize("kind", returned.UNCLEAR)
def test_what_came_back_to_a_tagged_address_is_looked_at_in_whatever_form(kind: str) -> None:
    status, text = returned.UNCLEAR[kind]
    assert read_report(_came_back(text)) == Report(DELIVERY, UNCLEAR, status)


@pytest.mark.parametrize("kind", returned.NO_FAILURE)
def test_what_is_late_or_has_arrived_has_not_failed(kind: str) -> None:
    report = read_report(_came_back(returned.NO_FAILURE[kind]))
    assert report is not None
    assert (report.delivery_id, report.outcome) == (DELIVERY, NO_FAILURE)


@pytest.mark.parametrize("kind", returned.AUTO_REPLIES)
def test_who_is_away_has_got_the_mail(kind: str) -> None:
    assert read_report(_came_back(returned.AUTO_REPLIES[kind])) == Report(DELIVERY, AUTO_REPLY)


@pytest.mark.parametrize("kind", returned.OTHERS)
def test_what_people_write_and_what_is_about_no_mail_of_ours_is_no_report(kind: str) -> None:
    assert read_report(_came_back(returned.OTHERS[kind])) is None


def test_the_tag_says_which_mail_is_meant_and_not_what_the_mail_says_of_itself() -> None:
    another = UUID("019a8f50-0000-7000-8000-00000000000f")
    text = returned.FAILED["opensmtpd"][1].replace("{id}", str(another))
    assert read_report(_came_back(text)) == Report(DELIVERY, LOST, "5.1.1")
    # Our own server's note of where it came counts before what a stranger wrote as its recipient.
    text = text.replace("\nTo: {to}\nMIME", f"\nTo: b+{another.hex}@library.example.jp\nMIME")
    assert read_report(_came_back(text)) == Report(DELIVERY, LOST, "5.1.1")


async def test_a_carriers_own_words_reach_staff_and_an_automatic_reply_does_not(served: tuple[House, Client]) -> None:
    house, client = served
    await house.hear(heard("application.received.v1"))
    await house.send_all()
    [row] = await house.deliveries()
    away, lost = returned.AUTO_REPLIES["RFC 3834"], returned.UNCLEAR["au"][1]
    assert await post(client, _came_back(away, row["id"])) == (200, {"outcome": "auto_reply"})
    assert [type_ for type_, _, _ in await house.said()] == [SENT]
    assert await post(client, _came_back(lost, row["id"])) == (200, {"outcome": "bounced"})
    assert await post(client, _came_back(lost, row["id"])) == (200, {"outcome": "known"})
    [row] = await house.deliveries()
    assert (row["status"], row["last_error"]) == ("bounced", "came back")
    assert [(type_, data.get("permanence")) for type_, _, data in await house.said()] == [
        (SENT, None),
        (FAILED, "permanent"),
    ]


_SIZE = 256 * 1024
_HOSTILE: dict[str, bytes] = {
    "mails in mails": b"Content-Type: message/rfc822\n\n" * (_SIZE // 32),
    "parts in parts, then lines": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(900)
    )
    + b"\n" * 200_000,
    "an open quote": b'Content-Type: multipart/mixed; boundary="' + b";" * _SIZE,
    "many fields": b"A: b\n" * (_SIZE // 5),
    "one field": b"Subject: " + b"a" * _SIZE,
    "a field of many lines": b"Subject: a\n" + b" a\n" * (_SIZE // 3),
    "boundaries": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * (_SIZE // 4),
    "nearly boundaries": b"Content-Type: multipart/mixed; boundary=b\n\n" + (b"--b" + b" " * 2000 + b"x\n") * 128,
    "nearly late": b"From: mailer-daemon@x\n\n" + b"still will keep a " * (_SIZE // 18),
    "nearly a status": b"From: mailer-daemon@x\n\n" + b"5.1." * (_SIZE // 4),
    "blocks": b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * (_SIZE // 6),
    "empty lines": b"Content-Type: message/delivery-status\n\n" + b"\n " * (_SIZE // 2),
    "line ends": b"\r\n" * (_SIZE // 2),
    "carriage returns": b"\r" * _SIZE,
    "zeros": b"\0" * _SIZE,
    "no base64": b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + b"=" * _SIZE,
    "colons": b":" * _SIZE,
}


@pytest.mark.parametrize("kind", _HOSTILE)
def test_a_hostile_mail_costs_no_more_than_its_length(kind: str) -> None:
    tagged = b"X-Original-To: b+%s@x.example\n" % DELIVERY.hex.encode()
    for mail in (_HOSTILE[kind], tagged + _HOSTILE[kind]):
        began = time.process_time()
        read_report(mail[:_SIZE])
        # 10 ms at the most on a machine with nothing else to do; what grows faster than the length takes seconds.
        assert time.process_time() - began < 0.2


@given(st.lists(st.sampled_from([*(line for _, text in returned.FAILED.values() for line in text.splitlines()), ""])))
def test_no_mail_is_too_odd_to_be_read(lines: list[str]) -> None:
    read_report(_came_back("\n".join(lines)))


@given(st.binary(max_size=400))
def test_no_bytes_are_too_odd_to_be_read(raw: bytes) -> None:
    read_report(b"To: b+%s@x.example\n" % DELIVERY.hex.encode() + raw)


@pytest.mark.parametrize("charset", sorted({*aliases.values(), "idna", "punycode", "undefined", "unknown"}))
def test_no_charset_is_too_odd_to_be_read(charset: str) -> None:
    report = read_report(
        b"From: mailer-daemon@x.example\nTo: b+%s@x.example\nSubject: =?%s?q?a..=ff?=\n"
        b"Content-Type: multipart/mixed; boundary*=%s''a..%%ff\n\n--a..\xff\n\n5.1.1\n--a..\xff--\n"
        % (DELIVERY.hex.encode(), charset.encode(), charset.encode())
    )
    assert report == Report(DELIVERY, UNCLEAR, "5.1.1")


@pytest.mark.parametrize(
    "text", ["", "<>", "x", f"<{DELIVERY}>", f"{DELIVERY}@", f"<{str(DELIVERY)[:-1]}@a.example>", f"a<{DELIVERY}@a.b>"]
)
def test_a_message_id_that_is_not_ours_names_no_delivery(text: str) -> None:
    assert delivery_of(text) is None


def _with_bounces(policy: Policy) -> Policy:
    mail = dataclasses.replace(policy.mail, bounce_address="bounces@library.example.jp")
    return dataclasses.replace(policy, mail=mail)


@pytest.mark.parametrize(
    ("changed", "sender"),
    [
        (lambda policy: policy, "card@library.city.kumamoto.jp"),
        (_with_bounces, f"bounces+{DELIVERY.hex}@library.example.jp"),
    ],
)
def test_a_mail_comes_back_to_an_address_of_its_own_where_the_policy_has_one(
    policy: Policy, changed: Callable[[Policy], Policy], sender: str
) -> None:
    assert envelope_sender(changed(policy), DELIVERY) == sender == mailbox(sender)


async def test_the_server_is_given_that_address_and_people_see_the_usual_one(house: House) -> None:
    house.notifier = dataclasses.replace(house.notifier, policy=_with_bounces(house.notifier.policy))
    await house.hear(heard("application.received.v1"))
    await house.send_all()
    [row] = await house.deliveries()
    assert house.office.senders == [f"bounces+{row['id'].hex}@library.example.jp"]
    assert house.office.messages[0]["From"].addresses[0].addr_spec == "card@library.city.kumamoto.jp"
