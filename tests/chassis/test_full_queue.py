"""Another system does not read, or a queue of ours is not there yet: nobody else waits, and it mends itself."""

import json
from functools import partial
from urllib.parse import quote

import aio_pika

from chassis.bus import Link
from chassis.topology import EVENTS, OTHERS, queue_name
from tests.chassis.conftest import EVENT, OTHER, QUEUE, Wires, eventually, note
from tools.broker import Management
from tools.operator import status

SUBSCRIBER, LIMIT = "other.registrations", 3


async def test_a_full_queue_of_another_system_keeps_the_newest_and_holds_up_nobody(wires: Wires) -> None:
    async with Management(wires.management_url) as management:
        path = f"/bindings/{wires.vhost}/e/{EVENTS}/e/{OTHERS}"
        await management.post(path, {"routing_key": EVENT, "arguments": {}})
    for n in range(10):
        await wires.say(n)
    async with wires.relaying(), wires.listening(note):
        await eventually(lambda: _sorted(wires), list(range(10)))
        await eventually(wires.waiting, 0)
        await eventually(partial(wires.depth, SUBSCRIBER), LIMIT)
    async with await aio_pika.connect(wires.admin_url) as connection:
        channel = await connection.channel()
        # The operator sees it at `ouchi status`.
        assert await status._depth(connection, SUBSCRIBER, status.OTHERS, LIMIT) == status.Queue(
            SUBSCRIBER, status.OTHERS, LIMIT, 0, LIMIT
        )
        queue = await channel.get_queue(SUBSCRIBER, ensure=False)
        kept = [json.loads((await queue.get(timeout=5, no_ack=True)).body)["data"]["n"] for _ in range(LIMIT)]
    assert kept == [7, 8, 9]


async def test_a_queue_that_does_not_exist_yet_is_waited_for(wires: Wires) -> None:
    missing = queue_name("listener", OTHER)
    path = f"/queues/{wires.vhost}/{quote(missing)}"
    async with Management(wires.management_url) as management:
        [queue] = [q for q in await management.get(f"/queues/{wires.vhost}") if q["name"] == missing]
        await management.delete(path)
        await wires.say(1)
        async with wires.relaying(), wires.listening(note) as links:
            await eventually(wires.waiting, 0)
            # It consumes nothing at all, and says so at /readyz.
            await eventually(lambda: _down(links), True)
            assert await wires.depth(QUEUE) == 1
            await management.put(path, {"durable": True, "arguments": queue["arguments"]})
            binding = f"/bindings/{wires.vhost}/e/{EVENTS}/q/{quote(missing)}"
            await management.post(binding, {"routing_key": OTHER, "arguments": {}})
            await wires.say(2, type_=OTHER)
            await eventually(lambda: _sorted(wires), [1, 2])


async def _down(links: list[Link]) -> bool:
    return not links[0].up


async def _sorted(wires: Wires) -> list[int]:
    return sorted(await wires.effects())
