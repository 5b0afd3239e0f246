"""Killed between every two steps: nothing is lost, every effect happens once, every subject keeps its order."""

from itertools import count
from uuid import UUID

import aio_pika

from chassis.events import Event, encode_json, envelope_of
from chassis.ids import new_id
from chassis.testing import heard
from chassis.topology import EVENTS
from tests.chassis import child
from tests.chassis.conftest import DEAD, EVENT, QUEUE, SCHEMAS, Wires, eventually, note

#: Less would mean that the child is no longer heard word by word.
FEWEST_WORDS = 10


async def test_a_relay_killed_before_any_of_its_words_loses_nothing_and_keeps_the_order(wires: Wires) -> None:
    for word in count(1):
        first, second = new_id(), new_id()
        for n, subject in enumerate([first, second, first]):
            await wires.say(n, subject)
        whole = await child.run(child.relay_once, word, wires.sender_database, wires.sender_url)
        if whole:
            assert await wires.waiting() == 0
        else:
            async with wires.relaying():
                await eventually(wires.waiting, 0)
        arrived = await _arrived(wires)
        assert _each_once(arrived, first) == [0, 2], word
        assert _each_once(arrived, second) == [1], word
        assert len(arrived) <= 6, word
        if whole:
            assert len(arrived) == 3
            break
    assert word > FEWEST_WORDS


async def test_a_consumer_killed_before_any_of_its_words_has_every_effect_once(wires: Wires) -> None:
    for word in count(1):
        events = [heard(EVENT, "sender", new_id(), {"n": n}) for n in range(3)]
        await _publish(wires, *events, events[0])
        if await _through(wires, word, [0, 1, 2]):
            break
    assert word > FEWEST_WORDS


async def test_a_consumer_killed_while_it_puts_a_message_off_has_every_effect_once(wires: Wires) -> None:
    for word in count(1):
        await _publish(wires, heard(EVENT, "sender", new_id(), {"n": child.BAD}))
        if await _through(wires, word, [child.BAD]):
            break
    assert word > FEWEST_WORDS


async def _through(wires: Wires, word: int, expected: list[int]) -> bool:
    """Let a child handle what waits, then somebody who is not killed; True where the child came to its end."""
    whole = await child.run(child.consume_once, word, wires.listener_database, wires.listener_url)
    async with wires.listening(note):
        await eventually(wires.effects, expected)
        await eventually(lambda: _left(wires), 0)
    async with wires.listener.connection() as conn:
        seen = await conn.fetchval("SELECT count(*) FROM inbox")
        await conn.execute("TRUNCATE effects, inbox")
    assert seen == len(expected), word
    return whole


async def _left(wires: Wires) -> int:
    return sum([await wires.depth(name) for name in (QUEUE, "listener.retry.1s", "listener.retry.2s", DEAD)])


def _each_once(arrived: list[Event], subject: UUID) -> list[int]:
    """What arrived about the subject, in the order of its first arrival."""
    return list(dict.fromkeys(event.data["n"] for event in arrived if event.subject == subject))


async def _arrived(wires: Wires) -> list[Event]:
    """Everything in the queue, which is empty afterwards."""
    async with await aio_pika.connect(wires.admin_url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE, ensure=False)
        found: list[Event] = []
        while message := await queue.get(no_ack=True, fail=False):
            found.append(SCHEMAS.decode(message.body))
        return found


async def _publish(wires: Wires, *events: Event) -> None:
    async with await aio_pika.connect(wires.sender_url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS, ensure=False)
        for event in events:
            await exchange.publish(aio_pika.Message(encode_json(envelope_of(event)).encode()), EVENT)
