"""An event on its whole way, over real servers, when things go wrong."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import aio_pika
import pytest

from chassis.bus import connected
from chassis.database import Transaction
from chassis.errors import Unavailable
from chassis.events import Event, NewEvent, encode_json, envelope_of
from chassis.ids import new_id
from chassis.telemetry import continued_trace, current_traceparent
from chassis.testing import heard, recorded_events
from chassis.topology import EVENTS
from tests.chassis.conftest import DEAD, EVENT, OTHER, QUEUE, Wires, eventually, note
from tools.broker import Management
from tools.servers import Servers


async def test_an_event_has_its_effect_once(wires: Wires) -> None:
    await wires.say(1)
    async with wires.relaying(), wires.listening(note):
        await eventually(wires.effects, [1])
        await eventually(wires.waiting, 0)


async def test_what_is_recorded_before_anyone_runs_arrives_when_they_do(wires: Wires) -> None:
    for n in range(5):
        await wires.say(n)
    async with wires.listening(note), wires.relaying():
        await eventually(wires.effects, [0, 1, 2, 3, 4])


async def test_a_secret_is_in_the_message_and_no_longer_in_the_outbox(wires: Wires) -> None:
    told: list[Any] = []

    async def listen(tx: Transaction, event: Event) -> None:
        told.append((event.type, dict(event.data)))

    async with wires.sender.transaction() as tx:
        for type_ in (EVENT, OTHER):
            await tx.record(NewEvent(type_, new_id(), {"n": 1, "text": "only once"}))
    async with wires.relaying(), wires.listening(listen):
        await eventually(wires.waiting, 0)
        await eventually(lambda: _count(told), 2)
    assert sorted(told) == sorted((type_, {"n": 1, "text": "only once"}) for type_ in (EVENT, OTHER))
    async with wires.sender.connection() as conn:
        kept = {event.type: event.data for event in await recorded_events(conn)}
    assert kept == {EVENT: {"n": 1, "text": "only once"}, OTHER: {"n": 1}}


async def _count(found: list[Any]) -> int:
    return len(found)


async def test_two_relays_keep_the_order_of_each_subject(wires: Wires) -> None:
    subjects = [new_id() for _ in range(10)]
    for n in range(100):
        await wires.say(n, subjects[n % 10])
    async with wires.relaying(2):
        await eventually(wires.waiting, 0)
    async with await aio_pika.connect(wires.admin_url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        order = [_n(await queue.get(timeout=5)) for _ in range(100)]
    by_subject = [[n for n in order if n % 10 == subject] for subject in range(10)]
    assert by_subject == [list(range(subject, 100, 10)) for subject in range(10)]


async def test_two_relays_and_two_consumers_lose_and_double_nothing(wires: Wires) -> None:
    for n in range(100):
        await wires.say(n)
    async with wires.relaying(2), wires.listening(note, count=2):
        await eventually(lambda: _sorted_effects(wires), list(range(100)))


async def _sorted_effects(wires: Wires) -> list[int]:
    return sorted(await wires.effects())


def _n(message: Any) -> int:
    return int(json.loads(message.body)["data"]["n"])


async def test_the_same_message_twice_at_once_has_one_effect(wires: Wires) -> None:
    event = heard(EVENT, "sender", new_id(), {"n": 7})
    await _publish(wires, encode_json(envelope_of(event)), copies=50)
    async with wires.listening(note, count=2):
        await eventually(lambda: wires.depth(QUEUE), 0)
        await eventually(wires.effects, [7])


async def test_a_handler_that_fails_at_first_is_tried_again_and_has_one_effect(wires: Wires) -> None:
    times: list[float] = []

    async def fails_twice(tx: Transaction, event: Event) -> None:
        times.append(asyncio.get_running_loop().time())
        if len(times) <= 2:
            raise ValueError
        await note(tx, event)

    await wires.say(1)
    async with wires.relaying(), wires.listening(fails_twice):
        await eventually(wires.effects, [1])
    first, second = (later - earlier for earlier, later in pairwise(times))
    # The broker waits as long as it was told; how much longer depends on what else the machine does.
    assert (first >= 0.99, second >= 1.99, len(times)) == (True, True, 3)


async def test_a_message_that_always_fails_becomes_a_dead_letter_and_holds_up_nobody(wires: Wires) -> None:
    async def refuses_13(tx: Transaction, event: Event) -> None:
        if event.data["n"] == 13:
            raise ValueError
        await note(tx, event)

    for n in range(20):
        await wires.say(n)
    async with wires.relaying(), wires.listening(refuses_13):
        await eventually(lambda: wires.depth(DEAD), 1)
        await eventually(wires.effects, [n for n in range(20) if n != 13])


async def test_a_message_that_breaks_its_contract_becomes_a_dead_letter_at_once(wires: Wires) -> None:
    good = heard(EVENT, "sender", new_id(), {"n": 1})
    bad = heard(EVENT, "sender", new_id(), {"n": "one"})
    for body in ("not json", encode_json(envelope_of(bad)), encode_json(envelope_of(good))):
        await _publish(wires, body)
    async with wires.listening(note):
        await eventually(lambda: wires.depth(DEAD), 2)
        await eventually(wires.effects, [1])


async def test_a_dead_letter_names_the_queue_it_came_from(wires: Wires) -> None:
    await _publish(wires, "not json")
    async with wires.listening(note):
        await eventually(lambda: wires.depth(DEAD), 1)
    async with await aio_pika.connect(wires.admin_url) as connection:
        queue = await (await connection.channel()).get_queue(DEAD)
        message = await queue.get(timeout=5)
    assert message is not None
    assert message.routing_key == QUEUE


async def test_an_event_that_no_queue_takes_waits_in_the_outbox_until_one_does(wires: Wires) -> None:
    async with Management(wires.management_url) as management:
        path = f"/bindings/{wires.vhost}/e/{EVENTS}/q/{QUEUE}"
        await management.delete(f"{path}/{EVENT}")
        await wires.say(1)
        await wires.say(2, type_=OTHER)

        async def refused() -> tuple[int, str | None]:
            async with wires.sender.connection() as conn:
                [row] = await conn.fetch(
                    "SELECT least(attempts, 1) AS n, last_error FROM outbox WHERE event_type = $1", EVENT
                )
            return row["n"], row["last_error"]

        async with wires.relaying(), wires.listening(note):
            await eventually(refused, (1, "PublishError"))
            await eventually(wires.effects, [2])
            await management.post(path, {"routing_key": EVENT, "arguments": {}})
            await eventually(wires.effects, [2, 1])


async def test_a_lost_database_connection_does_not_count_as_an_attempt(wires: Wires) -> None:
    asked = 0

    async def loses_its_connection_twice(tx: Transaction, event: Event) -> None:
        nonlocal asked
        asked += 1
        if asked <= 2:
            await tx.conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        await note(tx, event)

    await wires.say(1)
    async with wires.relaying(), wires.listening(loses_its_connection_twice, delays=()):
        await eventually(wires.effects, [1])
    assert await wires.depth(DEAD) == 0


async def test_a_message_that_always_kills_its_connection_becomes_a_dead_letter(wires: Wires) -> None:
    async def kills(tx: Transaction, event: Event) -> None:
        if event.data["n"] == 13:
            await tx.conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        await note(tx, event)

    await wires.say(13)
    await wires.say(1)
    async with wires.relaying(), wires.listening(kills, delays=()):
        await eventually(wires.effects, [1])
        await eventually(lambda: wires.depth(DEAD), 1)


async def test_while_something_that_a_handler_needs_is_away_the_message_waits(wires: Wires) -> None:
    asked = 0

    async def unavailable_at_first(tx: Transaction, event: Event) -> None:
        nonlocal asked
        asked += 1
        if asked <= 3:
            raise Unavailable
        await note(tx, event)

    await wires.say(1)
    async with wires.relaying(), wires.listening(unavailable_at_first, delays=()):
        await eventually(wires.effects, [1])
    assert await wires.depth(DEAD) == 0


async def test_the_trace_of_the_request_reaches_the_handler(wires: Wires) -> None:
    traces: list[str] = []

    async def remember(_tx: Transaction, _event: Event) -> None:
        traces.append(current_traceparent().split("-")[1])

    async def seen() -> int:
        return len(traces)

    with continued_trace("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"):
        await wires.say(1)
    async with wires.relaying(), wires.listening(remember):
        await eventually(seen, 1)
    assert traces == ["0123456789abcdef0123456789abcdef"]


async def test_when_the_broker_restarts_under_load_publishing_resumes_within_5_seconds(
    wires: Wires, servers: Servers
) -> None:
    said: list[int] = []
    enough = asyncio.Event()

    async def keep_saying() -> None:
        while not enough.is_set():
            await wires.say(len(said))
            said.append(len(said))
            await asyncio.sleep(0.01)

    async def published() -> int:
        async with wires.sender.connection() as conn:
            return int(await conn.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"))

    async def more_than(count: int) -> bool:
        return await published() > count

    clock = asyncio.get_running_loop().time
    async with wires.relaying(), wires.listening(note):
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_saying())
            await eventually(lambda: more_than(50), True)
            await asyncio.to_thread(servers.stop_rabbitmq)
            before, starting = await published(), asyncio.create_task(asyncio.to_thread(servers.start_rabbitmq))
            await eventually(lambda: _takes_connections(wires.admin_url), True, 60)
            returned = clock()
            await eventually(lambda: more_than(before), True)
            resumed = clock()
            await starting
            enough.set()
        await eventually(wires.waiting, 0)
        await eventually(lambda: _sorted_effects(wires), said)
    assert resumed - returned < 5


async def _takes_connections(url: str) -> bool:
    try:
        async with connected(url, "asks"):
            return True
    except (OSError, aio_pika.exceptions.AMQPError):
        return False


async def test_everything_resumes_by_itself_when_the_database_comes_back(wires: Wires, servers: Servers) -> None:
    async with wires.relaying(), wires.listening(note, delays=()):
        await wires.say(1)
        await eventually(wires.effects, [1])
        event = heard(EVENT, "sender", new_id(), {"n": 2})
        await asyncio.to_thread(servers.stop_postgres)
        await _publish(wires, encode_json(envelope_of(event)))
        await asyncio.to_thread(servers.start_postgres)
        await eventually(wires.effects, [1, 2], 30)
        assert await wires.depth(DEAD) == 0


@pytest.mark.parametrize(
    ("user", "exchange", "key"),
    [
        ("listener", EVENTS, EVENT),
        ("sender", "", QUEUE),
        ("sender", "listener.retry", f"1s.{QUEUE}"),
        ("sender", EVENTS, "thing.unknown.v1"),
        ("subscriber", EVENTS, EVENT),
        ("subscriber", "ouchi.registrations", EVENT),
    ],
)
async def test_a_user_can_write_only_what_is_its_own(wires: Wires, user: str, exchange: str, key: str) -> None:
    url = {"listener": wires.listener_url, "sender": wires.sender_url, "subscriber": wires.subscriber_url}[user]
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        with pytest.raises(aio_pika.exceptions.ChannelClosed, match="ACCESS_REFUSED"):
            await target.publish(aio_pika.Message(b"x"), key, mandatory=False)


@pytest.mark.parametrize(
    ("user", "queue"), [("sender", QUEUE), ("subscriber", QUEUE), ("sender", "other.registrations")]
)
async def test_a_user_can_read_only_its_own_queues(wires: Wires, user: str, queue: str) -> None:
    url = {"sender": wires.sender_url, "subscriber": wires.subscriber_url}[user]
    async with await aio_pika.connect(url) as connection:
        taken = await (await connection.channel()).get_queue(queue, ensure=False)
        with pytest.raises(aio_pika.exceptions.ChannelClosed, match="ACCESS_REFUSED"):
            await taken.get(timeout=5)


async def _publish(wires: Wires, body: str, copies: int = 1) -> None:
    async with await aio_pika.connect(wires.sender_url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS, ensure=False)
        for _ in range(copies):
            await exchange.publish(aio_pika.Message(body.encode()), EVENT)
