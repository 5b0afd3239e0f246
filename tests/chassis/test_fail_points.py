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

EFFECTS_OF = "SELECT n FROM effects WHERE subject = ANY($1) ORDER BY n"
COUNTS = """
SELECT count(*) AS effects, count(DISTINCT subject) AS subjects, (SELECT count(*) FROM inbox) AS seen FROM effects
"""


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
        if await _through(wires, word, events):
            break
    assert word > FEWEST_WORDS


async def test_a_consumer_killed_while_it_puts_a_message_off_has_every_effect_once(wires: Wires) -> None:
    for word in count(1):
        event = heard(EVENT, "sender", new_id(), {"n": child.BAD})
        await _publish(wires, event)
        if await _through(wires, word, [event]):
            break
    assert word > FEWEST_WORDS


async def _through(wires: Wires, word: int, events: list[Event]) -> bool:
    """Let a child handle what waits, then somebody who is not killed; True where the child came to its end.

    What a consumer had in its hands when it ended may come again in a later round: then too it has no second effect.
    """
    whole = await child.run(child.consume_once, word, wires.listener_database, wires.listener_url)
    async with wires.listening(note):
        await eventually(lambda: _effects_of(wires, events), [event.data["n"] for event in events])
        await eventually(lambda: _left(wires), 0)
    async with wires.listener.connection() as conn:
        [rounds] = await conn.fetch(COUNTS)
    assert tuple(rounds) == (word * len(events),) * 3, word
    return whole


async def _effects_of(wires: Wires, events: list[Event]) -> list[int]:
    async with wires.listener.connection() as conn:
        rows = await conn.fetch(EFFECTS_OF, [event.subject for event in events])
    return [row["n"] for row in rows]


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
