"""From a planned message to the mail server, over a real SMTP conversation: never lost, never doubled."""

import dataclasses
import random
from collections.abc import MutableMapping
from typing import Any

import pytest

from chassis.testing import recorded_events
from services.notifier.letters import write_letter
from services.notifier.use_cases import sending
from tests.notifier.conftest import House
from tests.notifier.post_office import OK
from tests.notifier.samples import APPLICATION, heard, journey

SENT, FAILED = "notification.sent.v1", "notification.failed.v1"


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)


async def test_a_mail_taken_is_marked_said_and_blanked(house: House) -> None:
    event = heard("application.received.v1")
    await house.hear(event)
    assert await house.send_all() == 1
    [row] = await house.deliveries()
    kept = {name: value for name, value in row.items() if value is not None}
    assert kept == {
        "id": row["id"],
        "application_id": APPLICATION,
        "caused_by": event.id,
        "template": "application_received",
        "recipient": "applicant",
        "occurred_at": event.time,
        "due_at": row["due_at"],
        "status": "sent",
        "attempts": 1,
        "contact_sequence": 0,
        "ended_at": house.clock(),
    }
    told = {"template": "application_received", "caused_by": str(event.id)}
    assert await house.said() == [(SENT, APPLICATION, told)]
    [message] = house.office.messages
    assert message["To"] == "hana@example.jp"
    assert message["Message-ID"] == f"<{row['id']}@library.city.kumamoto.jp>"


async def test_what_was_sent_is_not_sent_again(house: House) -> None:
    event = heard("application.received.v1")
    await house.hear(event)
    await house.send_all()
    await house.hear(event, times=3)
    house.clock.move(days=2)
    assert await house.send_all() == 0
    assert len(house.office.taken) == 1


async def test_an_old_carrier_address_reaches_the_server_quoted(house: House) -> None:
    await house.receive("a..b@docomo.ne.jp")
    await house.send_all()
    assert house.office.asked_for == ['TO:<"a..b"@docomo.ne.jp>']
    assert await house.statuses() == ["sent"]


async def test_the_sending_belongs_to_the_trace_of_what_asked_for_it(
    house: House,
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    event = dataclasses.replace(heard("application.received.v1"), traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    await house.hear(event)
    await house.send_all()
    async with house.db.connection() as conn:
        [said] = await recorded_events(conn)
    assert said.traceparent is not None
    assert said.traceparent.split("-")[1] == trace


@pytest.mark.parametrize("error", [KeyError("template"), UnicodeEncodeError("utf-8", "\ud842", 0, 1, "half")])
async def test_a_letter_that_cannot_be_written_holds_up_nobody_and_is_told_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    real = write_letter

    def broken(*arguments: Any) -> Any:
        if arguments[3].email.startswith("first"):
            raise error
        return real(*arguments)

    monkeypatch.setattr(sending, "write_letter", broken)
    await house.receive("first@example.jp", "second@example.jp")
    assert await house.send_all() == 2
    assert [(row["status"], row["attempts"], row["last_error"]) for row in await house.deliveries()] == [
        ("failed", 1, type(error).__name__),
        ("sent", 1, None),
    ]
    assert [(type_, data.get("permanence")) for type_, _, data in await house.said()] == [
        (FAILED, "permanent"),
        (SENT, None),
    ]


@pytest.mark.parametrize(
    "address", ["=?utf-8?q?x=40evil.example=2C?=@example.jp", "=?utf-8?b?eEBldmlsLmV4YW1wbGU?=@example.jp", "a,b@c.jp"]
)
async def test_an_address_that_could_be_read_as_others_gets_nothing_and_is_told_at_once(
    house: House, address: str
) -> None:
    await house.receive(address)
    assert await house.send_all() == 1
    [row] = await house.deliveries()
    assert (row["status"], row["attempts"], row["last_error"]) == ("failed", 1, "unusable address")
    assert (house.office.asked_for, [type_ for type_, _, _ in await house.said()]) == ([], [FAILED])


async def test_logs_name_no_address_link_or_number(house: House, logged: list[MutableMapping[str, Any]]) -> None:
    answers = {"hana@example.jp": "550 <hana@example.jp> is gone", "slow@example.jp": "451 <slow@example.jp> later"}
    house.office.answer_rcpt = lambda address: answers.get(address, OK)
    await house.receive("hana@example.jp", "slow@example.jp", "there@example.jp")
    await house.hear(heard("registration.completed.v1"))
    await house.send_all()
    assert sorted(entry["event"] for entry in logged) == ["mail failed", "mail put off", "mail sent"]
    secrets = ("example.jp", "/continue/", "K7Q4-M2XH", "2900000123458")
    assert [secret for secret in secrets if secret in str(logged)] == []


async def test_every_message_of_an_application_goes_out_and_is_said_once(house: House) -> None:
    events = journey()
    await house.hear(*reversed(events), times=2)
    # And one to the address before.
    assert await house.send_all() == len(events) + 1
    said = await house.said()
    assert [(type_, subject) for type_, subject, _ in said] == [(SENT, APPLICATION)] * (len(events) + 1)
    caused_by = [data["caused_by"] for _, _, data in said if data["template"] != "contact_replaced"]
    assert caused_by == [str(event.id) for event in events]
