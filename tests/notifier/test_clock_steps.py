"""The wall clock of notifier jumps by hours: every mail goes out, and is counted and said once."""

import asyncio
from typing import Any

import pytest

from chassis.ids import new_id
from services.notifier import use_cases
from tests.notifier.conftest import House
from tests.notifier.post_office import OK
from tests.notifier.samples import heard


async def _ended(house: House) -> tuple[list[tuple[str, int]], list[str]]:
    """Every delivery's status and attempts, and what was said."""
    deliveries = [(row["status"], row["attempts"]) for row in await house.deliveries()]
    return deliveries, [type_ for type_, _, _ in await house.said()]


async def _in_flight(house: House) -> "tuple[asyncio.Task[bool], asyncio.Event]":
    """A mail that the server holds in its hands, and what lets it answer."""
    held = house.office.hold = asyncio.Event()
    await house.hear(heard("application.received.v1", application=new_id()))
    sending = asyncio.create_task(use_cases.send_next(house.notifier))
    async with asyncio.timeout(10):
        while house.office.seen == 0:  # noqa: ASYNC110 - the server is not ours to add an event to
            await asyncio.sleep(0.01)
    house.office.hold = None
    return sending, held


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_jump_while_a_mail_waits_for_its_next_try_sends_it_once(house: House, hours: int) -> None:
    house.office.answer_rcpt = lambda _address: "451 later"
    await house.hear(heard("application.received.v1", application=new_id()))
    assert await house.send_all() == 1
    house.office.answer_rcpt = lambda _address: OK
    house.clock.move(hours=hours)
    early = await house.send_all()
    # After a jump back it goes when the clock has caught up.
    assert early == (1 if hours > 0 else 0)
    house.clock.move(hours=abs(hours), minutes=5)
    assert early + await house.send_all() == 1
    assert await _ended(house) == ([("sent", 2)], ["notification.sent.v1"])


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_jump_while_a_mail_is_being_sent_counts_and_says_it_once(house: House, hours: int) -> None:
    sending, held = await _in_flight(house)
    house.clock.move(hours=hours)
    again = await house.send_all()
    held.set()
    await sending
    assert await house.send_all() == 0
    # A jump forward ends the lease: as after a crash the mail may go twice, and readers' programs know it by its id.
    assert again == (1 if hours > 0 else 0)
    messages: list[Any] = house.office.messages
    assert len({message["Message-ID"] for message in messages}) == 1
    assert await _ended(house) == ([("sent", 1)], ["notification.sent.v1"])
