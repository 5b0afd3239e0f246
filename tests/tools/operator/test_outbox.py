"""The outbox as the operator sees it: what waits, what is stuck, and what parking does to the events behind."""

import json
from uuid import UUID

import pytest

from chassis.ids import new_id
from tests.tools.operator.conftest import EMAIL, QUEUE, RECEIVED, House, eventually
from tools.errors import Stopped

SUBMITTED = "application.submitted.v1"


async def test_an_empty_outbox_needs_no_attention(house: House) -> None:
    answer = await house.ouchi("outbox", "intake")
    assert [line.split() for line in answer.text.splitlines()] == [
        ["outbox", "waiting", "oldest", "refused", "parked"],
        ["intake", "0", "-", "0", "0"],
    ]
    assert not answer.attention


async def test_what_has_just_been_recorded_waits_its_turn_and_needs_no_attention(house: House) -> None:
    await house.record(RECEIVED)
    answer = await house.ouchi("outbox")
    [lag] = [lag for lag in answer.data["services"] if lag.service == "intake"]
    assert (lag.waiting, lag.refused, lag.parked, answer.data["stuck"], answer.attention) == (1, 0, 0, [], False)


async def test_an_event_that_waits_for_minutes_needs_attention(house: House) -> None:
    await house.record(RECEIVED)
    await house.execute("intake", "UPDATE outbox SET recorded_at = now() - interval '3 minutes'")
    answer = await house.ouchi("outbox", "list", "intake")
    assert answer.attention
    assert answer.text.splitlines()[1].split() == ["intake", "1", "3", "min", "0", "0"]


async def test_a_refused_event_is_shown_with_its_error_and_what_waits_behind_it(house: House) -> None:
    subject = new_id()
    first = await house.record(RECEIVED, subject)
    await house.record(SUBMITTED, subject)
    await house.execute(
        "intake",
        "UPDATE outbox SET attempts = 3, last_error = 'PublishError', not_before = now() WHERE event_id = $1",
        first.id,
    )
    answer = await house.ouchi("outbox", "intake")
    [stuck] = answer.data["stuck"]
    assert (stuck.event_id, stuck.event_type, stuck.attempts, stuck.last_error, stuck.behind) == (
        first.id, RECEIVED, 3, "PublishError", 1
    )  # fmt: skip
    assert answer.attention
    assert EMAIL not in answer.text + answer.as_json()


async def test_a_parked_event_holds_its_subject_back_until_it_is_unparked(house: House) -> None:
    subject = new_id()
    first, second, other = (
        await house.record(RECEIVED, subject),
        await house.record(RECEIVED, subject),
        await house.record(RECEIVED),
    )
    await house.ouchi("outbox", "park", str(first.id), "intake")

    async def waiting() -> list[UUID]:
        async with house.databases["intake"].connection() as conn:
            return [
                row["event_id"]
                for row in await conn.fetch("SELECT event_id FROM outbox WHERE published_at IS NULL ORDER BY id")
            ]

    async with house.relaying("intake"):
        await eventually(waiting, [first.id, second.id])
        answer = await house.ouchi("outbox", "unpark", str(first.id), "intake")
        assert (answer.text, answer.attention) == (f"unparked: {RECEIVED} {first.id}", False)
        await eventually(waiting, [])
    taken = [message.message_id for message in await house.taken(QUEUE)]
    assert taken == [str(other.id), str(first.id), str(second.id)]


async def test_unparking_does_not_wait_for_the_next_try(house: House) -> None:
    event = await house.record(RECEIVED)
    await house.execute("intake", "UPDATE outbox SET attempts = 9, not_before = now() + interval '1 hour'")
    await house.ouchi("outbox", "park", str(event.id), "intake")
    await house.ouchi("outbox", "unpark", str(event.id), "intake")
    async with house.relaying("intake"):
        await eventually(lambda: house.depth(QUEUE), 1)


async def test_an_event_is_discarded_only_when_parked_and_only_with_yes(house: House) -> None:
    event = await house.record(RECEIVED)
    words = ("outbox", "discard", str(event.id), "intake")
    with pytest.raises(Stopped, match=r"^That event is not parked. Park it first: "):
        await house.ouchi(*words, "--yes")
    await house.ouchi("outbox", "park", str(event.id), "intake")
    assert (await house.ouchi(*words)).attention
    assert (await house.ouchi("outbox", "intake")).data["services"][0].waiting == 1
    await house.ouchi(*words, "--yes")
    assert (await house.ouchi("outbox", "intake")).data["services"][0].waiting == 0
    assert [json.loads(line)["action"] for line in house.audit()] == ["park outbox event", "discard outbox event"]


@pytest.mark.parametrize("words", [("park",), ("unpark",), ("discard", "--yes")])
async def test_a_published_event_is_left_alone(house: House, words: tuple[str, ...]) -> None:
    event = await house.record(RECEIVED)
    await house.execute("intake", "UPDATE outbox SET published_at = now()")
    with pytest.raises(Stopped, match=r"^That event is published already: nothing holds it back\.$"):
        await house.ouchi("outbox", *words, str(event.id), "intake")
    assert house.audit() == []


async def test_parking_twice_and_unparking_what_is_not_parked_are_said(house: House) -> None:
    event = await house.record(RECEIVED)
    with pytest.raises(Stopped, match=r"^That event is not parked\.$"):
        await house.ouchi("outbox", "unpark", str(event.id), "intake")
    await house.ouchi("outbox", "park", str(event.id), "intake")
    with pytest.raises(Stopped, match=r"^That event is parked already\.$"):
        await house.ouchi("outbox", "park", str(event.id), "intake")


async def test_an_event_of_another_service_is_not_found(house: House) -> None:
    event = await house.record(RECEIVED)
    with pytest.raises(Stopped, match=r"^review has no event of this id in its outbox\.$"):
        await house.ouchi("outbox", "park", str(event.id), "review")
