"""From a planned message to the mail server, over a real SMTP conversation: never lost, never doubled."""

import asyncio
import dataclasses
import random
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from chassis.errors import Unavailable
from chassis.ids import new_id
from chassis.testing import recorded_events
from services.notifier import use_cases
from services.notifier.letters import write_letter
from services.notifier.model import LEASE, MAX_ATTEMPTS
from services.notifier.use_cases import sending
from tests.notifier.conftest import House
from tests.notifier.post_office import OK
from tests.notifier.samples import APPLICATION, heard, journey
from tools.servers import Servers

SENT, FAILED = "notification.sent.v1", "notification.failed.v1"


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)


async def _planned(house: House, *recipients: str) -> None:
    """One application with one message for each recipient, in this order."""
    for minute, recipient in enumerate(recipients):
        await house.hear(heard("application.received.v1", application=new_id(), minute=minute, email=recipient))


async def _statuses(house: House) -> list[str]:
    return [row["status"] for row in await house.deliveries()]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the server is not ours to add an event to
            await asyncio.sleep(0.01)


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
    await _planned(house, "a..b@docomo.ne.jp")
    await house.send_all()
    assert house.office.asked_for == ['TO:<"a..b"@docomo.ne.jp>']
    assert await _statuses(house) == ["sent"]


@pytest.mark.parametrize("answers", ["answer_rcpt", "answer_data"])
@pytest.mark.parametrize("code", [550, 554])
async def test_a_refusal_for_good_fails_at_once_and_holds_up_nobody(house: House, answers: str, code: int) -> None:
    setattr(house.office, answers, lambda address: f"{code} no such <{address}>" if "gone" in address else OK)
    await _planned(house, "gone@example.jp", "there@example.jp")
    assert await house.send_all() == 2
    assert house.office.recipients == ["there@example.jp"]
    failed, _sent = await house.deliveries()
    assert (failed["status"], failed["content"], failed["attempts"]) == ("failed", None, 1)
    assert str(code) in failed["last_error"]
    assert "gone" not in failed["last_error"]
    said = await house.said()
    assert [(type_, data.get("permanence")) for type_, _, data in said] == [(FAILED, "permanent"), (SENT, None)]
    house.clock.move(days=2)
    assert await house.send_all() == 0


@pytest.mark.parametrize("address", ["花@example.jp", "a>b@example.jp", "a,b@example.jp"])
async def test_an_unusable_address_fails_for_good_without_a_word_to_the_server(house: House, address: str) -> None:
    await _planned(house, address)
    assert await house.send_all() == 1
    assert (house.office.seen, await _statuses(house)) == (0, ["failed"])
    assert [data["permanence"] for _, _, data in await house.said()] == ["permanent"]


@pytest.mark.parametrize("answers", ["answer_rcpt", "answer_data"])
@pytest.mark.parametrize("answer", ["451 later", "421 closing", None])
async def test_what_is_put_off_goes_out_later_and_holds_up_nobody(
    house: House, answers: str, answer: str | None
) -> None:
    setattr(house.office, answers, lambda address: answer if "slow" in address else OK)
    await _planned(house, "slow@example.jp", "there@example.jp")
    assert await house.send_all() == 2
    assert house.office.recipients == ["there@example.jp"]
    assert await _statuses(house) == ["waiting", "sent"]
    setattr(house.office, answers, lambda _address: OK)
    house.clock.move(seconds=59)
    assert await house.send_all() == 0
    house.clock.move(seconds=1)
    assert await house.send_all() == 1
    assert house.office.recipients == ["there@example.jp", "slow@example.jp"]
    assert [row["attempts"] for row in await house.deliveries()] == [2, 1]


async def test_a_late_mail_is_said_once_and_given_up_after_a_day(house: House) -> None:
    house.office.answer_rcpt = lambda _address: "450 mailbox busy"
    await _planned(house, "slow@example.jp")
    start, attempts = house.clock(), 0
    while "waiting" in await _statuses(house):
        attempts += await house.send_all()
        house.clock.move(hours=4)
    assert attempts == MAX_ATTEMPTS
    assert (house.clock() - start).total_seconds() >= 24 * 3600
    assert [(type_, data["permanence"]) for type_, _, data in await house.said()] == [
        (FAILED, "temporary"),
        (FAILED, "permanent"),
    ]
    assert [(row["status"], row["content"]) for row in await house.deliveries()] == [("failed", None)]


async def test_a_server_that_does_not_answer_a_mail_in_time_puts_it_off(house: House) -> None:
    house.office.hold = asyncio.Event()
    house.office.answer_data = lambda _address: "451 too late"
    await _planned(house, "slow@example.jp")
    assert await house.send_all() == 1
    house.office.hold.set()
    assert [(row["status"], row["last_error"]) for row in await house.deliveries()] == [
        ("waiting", "SMTPReadTimeoutError")
    ]


async def test_a_server_that_is_down_loses_nothing_and_drains_in_order(house: House) -> None:
    recipients = [f"reader{number}@example.jp" for number in range(12)]
    await house.office.close()
    await _planned(house, *recipients[:8])
    for _hours in range(30):
        with pytest.raises(Unavailable):
            await use_cases.send_next(house.notifier)
        house.clock.move(hours=1)
    assert {(row["status"], row["attempts"]) for row in await house.deliveries()} == {("waiting", 0)}
    await _planned(house, *recipients[8:])
    await house.office.open()
    await house.send_all()
    by_event = sorted(recipients[:8] + recipients[8:], key=lambda each: _minute(recipients, each))
    assert house.office.recipients == by_event
    assert [type_ for type_, _, _ in await house.said()] == [SENT] * 12


def _minute(recipients: list[str], recipient: str) -> tuple[int, int]:
    """Both batches begin at minute 0: what happened first goes first, whenever it was heard."""
    place = recipients.index(recipient)
    return (place if place < 8 else place - 8, place)


@pytest.mark.parametrize("answer", ["421 too busy", "452 no room", "550 who are you", None])
async def test_a_server_that_takes_no_sender_counts_against_no_message(house: House, answer: str | None) -> None:
    house.office.answer_mail = lambda: answer
    await _planned(house, "a@example.jp", "b@example.jp")
    with pytest.raises(Unavailable) as away:
        await use_cases.send_next(house.notifier)
    assert "example.jp" not in away.value.detail
    assert {(row["status"], row["attempts"]) for row in await house.deliveries()} == {("waiting", 0)}
    house.office.answer_mail = lambda: OK
    assert await house.send_all() == 2


async def test_many_senders_at_once_send_one_mail_each(house: House) -> None:
    recipients = [f"reader{number}@example.jp" for number in range(20)]
    await _planned(house, *recipients)
    await asyncio.gather(*(house.send_all() for _ in range(4)))
    assert sorted(house.office.recipients) == sorted(recipients)
    assert [type_ for type_, _, _ in await house.said()] == [SENT] * 20


async def test_an_orderly_stop_leaves_time_to_note_what_the_server_took(house: House) -> None:
    house.office.hold = asyncio.Event()
    await _planned(house, "hana@example.jp")
    stopped = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 1)
    stopped.cancel()
    house.office.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert (len(house.office.taken), await _statuses(house)) == (1, ["sent"])


async def test_a_crash_after_the_server_took_it_sends_the_same_message_again_and_says_it_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LAST_SECONDS", 0.0)
    house.office.hold = asyncio.Event()
    await _planned(house, "hana@example.jp")
    crashing = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 1)
    crashing.cancel()
    with suppress(asyncio.CancelledError):
        await crashing
    house.office.hold.set()
    house.office.hold = None

    assert await house.send_all() == 0, "the lease has not ended"
    house.clock.move(seconds=LEASE.total_seconds())
    assert await house.send_all() == 1
    first, second = house.office.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert [type_ for type_, _, _ in await house.said()] == [SENT]
    assert await _statuses(house) == ["sent"]


async def test_a_sender_that_outlives_its_lease_says_nothing_about_what_another_has_sent(house: House) -> None:
    house.office.hold = asyncio.Event()
    await _planned(house, "hana@example.jp")
    slow = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 1)
    held, house.office.hold = house.office.hold, None
    house.clock.move(seconds=LEASE.total_seconds())
    assert await house.send_all() == 1
    held.set()
    assert await slow
    assert [type_ for type_, _, _ in await house.said()] == [SENT]
    assert [(row["status"], row["attempts"]) for row in await house.deliveries()] == [("sent", 1)]


async def test_a_sender_that_lives_keeps_its_claim_for_as_long_as_the_server_takes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "HEARTBEAT", timedelta(seconds=0.05))
    house.office.hold = asyncio.Event()
    await _planned(house, "hana@example.jp")
    slow = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 1)
    [claimed] = await house.deliveries()
    house.clock.move(seconds=LEASE.total_seconds() - 1)

    async def extended() -> bool:
        [row] = await house.deliveries()
        return bool(row["claimed_until"] == claimed["claimed_until"] + LEASE - timedelta(seconds=1))

    async with asyncio.timeout(10):
        while not await extended():  # noqa: ASYNC110 - a row gives no sign
            await asyncio.sleep(0.01)
    house.clock.move(seconds=2)
    assert await house.send_all() == 0
    house.office.hold.set()
    assert await slow
    assert (len(house.office.taken), await _statuses(house)) == (1, ["sent"])


async def test_a_sender_that_can_no_longer_extend_its_claim_breaks_off_before_another_may_begin(
    house: House, monkeypatch: pytest.MonkeyPatch, logged: list[MutableMapping[str, Any]]
) -> None:
    monkeypatch.setattr(sending, "HEARTBEAT", timedelta(seconds=0.05))
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stuck(*_arguments: object) -> None:
        reached.set()
        await go_on.wait()

    monkeypatch.setattr(sending, "send", stuck)
    await _planned(house, "hana@example.jp")
    losing = asyncio.create_task(use_cases.send_next(house.notifier))
    await reached.wait()
    async with house.db.transaction() as tx:
        await tx.conn.execute("UPDATE deliveries SET claim = gen_random_uuid()")
    async with asyncio.timeout(5):
        assert await losing
    assert [entry["event"] for entry in logged] == ["a claim was lost while sending"]
    assert await _statuses(house) == ["sending"]
    assert await house.said() == []


async def test_a_mail_taken_while_the_database_is_away_is_noted_once_it_is_back_and_not_sent_again(
    house: House, servers: Servers, logged: list[MutableMapping[str, Any]]
) -> None:
    house.office.hold = asyncio.Event()
    await _planned(house, "hana@example.jp")
    slow = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 1)
    async with house.db.connection() as conn:
        database = await conn.fetchval("SELECT current_database()")
    admin = await asyncpg.connect(servers.postgres_admin_url)
    try:
        await admin.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT 0')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database)
        house.office.hold.set()
        await _until(lambda: "what became of a message cannot be noted yet" in [entry["event"] for entry in logged])
    finally:
        await admin.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT -1')
        await admin.close()
    async with asyncio.timeout(10):
        assert await slow
    assert (len(house.office.taken), await _statuses(house)) == (1, ["sent"])
    assert [type_ for type_, _, _ in await house.said()] == [SENT]


async def test_mails_in_a_row_go_over_one_connection(house: House) -> None:
    await _planned(house, *(f"reader{number}@example.jp" for number in range(5)))
    assert await house.send_all() == 5
    assert house.office.greeted == 1


async def test_a_connection_that_the_server_has_closed_meanwhile_costs_no_message_anything(house: House) -> None:
    await _planned(house, "a@example.jp")
    await house.send_all()
    house.office.hang_up()
    await _planned(house, "b@example.jp", "c@example.jp")
    assert await house.send_all() == 2
    assert house.office.recipients == ["a@example.jp", "b@example.jp", "c@example.jp"]
    assert [row["attempts"] for row in await house.deliveries()] == [1, 1, 1]
    assert house.office.greeted == 2


async def test_a_connection_that_takes_no_more_senders_is_given_up_for_a_new_one(house: House) -> None:
    await _planned(house, "a@example.jp", "b@example.jp")
    await use_cases.send_next(house.notifier)
    answers = ["421 enough for one conversation", OK]
    house.office.answer_mail = lambda: answers.pop(0)
    assert await house.send_all() == 1
    assert (house.office.recipients, house.office.greeted) == (["a@example.jp", "b@example.jp"], 2)


async def test_a_refused_message_leaves_nothing_of_itself_on_the_next_ones_connection(house: House) -> None:
    house.office.answer_rcpt = lambda address: "550 gone" if "gone" in address else OK
    await _planned(house, "a@example.jp", "gone@example.jp", "b@example.jp")
    assert await house.send_all() == 3
    assert house.office.recipients == ["a@example.jp", "b@example.jp"]
    assert [message["To"] for message in house.office.messages] == ["a@example.jp", "b@example.jp"]


async def test_an_idle_connection_is_ended_with_a_goodbye(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await _planned(house, "a@example.jp")
    await house.send_all()
    assert len(house.notifier.server.idle) == 1
    monkeypatch.setattr(sending, "IDLE_SECONDS", 0.0)
    assert await house.send_all() == 0
    assert (house.notifier.server.idle, house.office.goodbyes) == ([], 1)


async def test_the_messages_of_one_application_go_out_in_order_whoever_sends_them(house: House) -> None:
    events = journey()
    await house.hear(*events)
    house.office.hold = asyncio.Event()
    first = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 1)
    assert await use_cases.send_next(house.notifier) is False, "another to the same applicant is being sent"
    await _planned(house, "somebody@example.jp")
    other = asyncio.create_task(use_cases.send_next(house.notifier))
    await _until(lambda: house.office.seen == 2)
    house.office.hold.set()
    assert (await first, await other) == (True, True)
    assert sum(await asyncio.gather(*(house.send_all() for _ in range(4)))) == len(events)
    # But the one to the address before, which came with its change.
    deliveries = [row for row in await house.deliveries() if row["template"] != "contact_replaced"]
    rest = [row for row in deliveries if row["application_id"] == APPLICATION]
    by_message = {f"<{row['id']}@library.city.kumamoto.jp>": row["caused_by"] for row in rest}
    sent = [
        by_message[message["Message-ID"]] for message in house.office.messages if message["Message-ID"] in by_message
    ]
    assert sent == [event.id for event in events]


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


async def test_a_letter_that_cannot_be_written_holds_up_nobody_and_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = write_letter

    def broken(*arguments: Any) -> Any:
        if arguments[3].email.startswith("first"):
            raise KeyError("template")
        return real(*arguments)

    monkeypatch.setattr(sending, "write_letter", broken)
    await _planned(house, "first@example.jp", "second@example.jp")
    assert await house.send_all() == 2
    assert await _statuses(house) == ["waiting", "sent"]
    monkeypatch.setattr(sending, "write_letter", real)
    house.clock.move(minutes=1)
    assert await house.send_all() == 1
    assert house.office.recipients == ["second@example.jp", "first@example.jp"]


async def test_logs_name_no_address_link_or_number(house: House, logged: list[MutableMapping[str, Any]]) -> None:
    answers = {"hana@example.jp": "550 <hana@example.jp> is gone", "slow@example.jp": "451 <slow@example.jp> later"}
    house.office.answer_rcpt = lambda address: answers.get(address, OK)
    await _planned(house, "hana@example.jp", "slow@example.jp", "there@example.jp")
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
