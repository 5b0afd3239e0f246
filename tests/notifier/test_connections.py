"""The connection to the mail server: kept for the next mail, given up when it is of no use."""

import pytest

from services.notifier import use_cases
from services.notifier.use_cases import sending
from tests.notifier.conftest import House
from tests.notifier.post_office import OK


async def test_mails_in_a_row_go_over_one_connection(house: House) -> None:
    await house.receive(*(f"reader{number}@example.jp" for number in range(5)))
    assert await house.send_all() == 5
    assert house.office.greeted == 1


async def test_a_connection_that_the_server_has_closed_meanwhile_costs_no_message_anything(house: House) -> None:
    await house.receive("a@example.jp")
    await house.send_all()
    house.office.hang_up()
    await house.receive("b@example.jp", "c@example.jp")
    assert await house.send_all() == 2
    assert house.office.recipients == ["a@example.jp", "b@example.jp", "c@example.jp"]
    assert [row["attempts"] for row in await house.deliveries()] == [1, 1, 1]
    assert house.office.greeted == 2


async def test_a_connection_that_takes_no_more_senders_is_given_up_for_a_new_one(house: House) -> None:
    await house.receive("a@example.jp", "b@example.jp")
    await use_cases.send_next(house.notifier)
    answers = ["421 enough for one conversation", OK]
    house.office.answer_mail = lambda: answers.pop(0)
    assert await house.send_all() == 1
    assert (house.office.recipients, house.office.greeted) == (["a@example.jp", "b@example.jp"], 2)


async def test_a_refused_message_leaves_nothing_of_itself_on_the_next_ones_connection(house: House) -> None:
    house.office.answer_rcpt = lambda address: "550 gone" if "gone" in address else OK
    await house.receive("a@example.jp", "gone@example.jp", "b@example.jp")
    assert await house.send_all() == 3
    assert house.office.recipients == ["a@example.jp", "b@example.jp"]
    assert [message["To"] for message in house.office.messages] == ["a@example.jp", "b@example.jp"]


async def test_an_idle_connection_is_ended_with_a_goodbye(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.receive("a@example.jp")
    await house.send_all()
    assert len(house.notifier.server.idle) == 1
    monkeypatch.setattr(sending, "IDLE_SECONDS", 0.0)
    assert await house.send_all() == 0
    assert (house.notifier.server.idle, house.office.goodbyes) == ([], 1)
