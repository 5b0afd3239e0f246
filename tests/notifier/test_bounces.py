"""Mails that come back: told over HTTP by whoever runs the mail server, said once, shown to nobody who should not see."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, MutableMapping
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient

from chassis.testing import MovableClock, started
from rules.policy import Policy
from services.notifier.app import SERVICE, NotifierSettings
from services.notifier.mail import envelope_sender, mailbox
from services.notifier.reports import Report, delivery_of, read_report
from tests.conftest import FromService
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
    assert read_report(report) == Report(DELIVERY, True, "5.1.1")


@pytest.mark.parametrize(("status", "read"), [("5.2.2 (full)", "5.2.2"), ("hana@example.jp", ""), ("", "")])
def test_of_the_status_only_its_digits_are_kept(status: str, read: str) -> None:
    assert read_report(dsn(status=status)) == Report(DELIVERY, True, read)


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
