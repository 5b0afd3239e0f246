"""What the mail server answers, or does not: refused, put off, away."""

import asyncio
import random

import pytest

from chassis.errors import Unavailable
from services.notifier import use_cases
from services.notifier.model import MAX_ATTEMPTS
from tests.notifier.conftest import House
from tests.notifier.post_office import OK

SENT, FAILED = "notification.sent.v1", "notification.failed.v1"


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)


@pytest.mark.parametrize("answers", ["answer_rcpt", "answer_data"])
@pytest.mark.parametrize("code", [550, 554])
async def test_a_refusal_for_good_fails_at_once_and_holds_up_nobody(house: House, answers: str, code: int) -> None:
    setattr(house.office, answers, lambda address: f"{code} no such <{address}>" if "gone" in address else OK)
    await house.receive("gone@example.jp", "there@example.jp")
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
    await house.receive(address)
    assert await house.send_all() == 1
    assert (house.office.seen, await house.statuses()) == (0, ["failed"])
    assert [data["permanence"] for _, _, data in await house.said()] == ["permanent"]


@pytest.mark.parametrize("answers", ["answer_rcpt", "answer_data"])
@pytest.mark.parametrize("answer", ["451 later", "421 closing", None])
async def test_what_is_put_off_goes_out_later_and_holds_up_nobody(
    house: House, answers: str, answer: str | None
) -> None:
    setattr(house.office, answers, lambda address: answer if "slow" in address else OK)
    await house.receive("slow@example.jp", "there@example.jp")
    assert await house.send_all() == 2
    assert house.office.recipients == ["there@example.jp"]
    assert await house.statuses() == ["waiting", "sent"]
    setattr(house.office, answers, lambda _address: OK)
    house.clock.move(seconds=59)
    assert await house.send_all() == 0
    house.clock.move(seconds=1)
    assert await house.send_all() == 1
    assert house.office.recipients == ["there@example.jp", "slow@example.jp"]
    assert [row["attempts"] for row in await house.deliveries()] == [2, 1]


async def test_a_late_mail_is_said_once_and_given_up_after_a_day(house: House) -> None:
    house.office.answer_rcpt = lambda _address: "450 mailbox busy"
    await house.receive("slow@example.jp")
    start, attempts = house.clock(), 0
    while "waiting" in await house.statuses():
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
    await house.receive("slow@example.jp")
    assert await house.send_all() == 1
    house.office.hold.set()
    assert [(row["status"], row["last_error"]) for row in await house.deliveries()] == [
        ("waiting", "SMTPReadTimeoutError")
    ]


async def test_a_server_that_is_down_loses_nothing_and_drains_in_order(house: House) -> None:
    recipients = [f"reader{number}@example.jp" for number in range(12)]
    await house.office.close()
    await house.receive(*recipients[:8])
    for _hours in range(30):
        with pytest.raises(Unavailable):
            await use_cases.send_next(house.notifier)
        house.clock.move(hours=1)
    assert {(row["status"], row["attempts"]) for row in await house.deliveries()} == {("waiting", 0)}
    await house.receive(*recipients[8:])
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
    await house.receive("a@example.jp", "b@example.jp")
    with pytest.raises(Unavailable) as away:
        await use_cases.send_next(house.notifier)
    assert "example.jp" not in away.value.detail
    assert {(row["status"], row["attempts"]) for row in await house.deliveries()} == {("waiting", 0)}
    house.office.answer_mail = lambda: OK
    assert await house.send_all() == 2
