"""The page that says whether somebody must act."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import aio_pika
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from chassis.topology import service_queues
from contracts import CONTRACTS, SERVICES
from tests.tools.operator.conftest import QUEUE, RECEIVED, House
from tools.installation import SUBSCRIBER_QUEUE
from tools.operator import status


@pytest.fixture
async def running(house: House) -> AsyncIterator[House]:
    """Every service answers, and every queue has a consumer that does nothing."""
    async with AsyncExitStack() as stack:
        ports = dict(house.installation.addresses.ports)
        for service in SERVICES:
            ports[service] = await stack.enter_async_context(answering({"checks": {"database": ""}}))
        channel = await house.broker.channel()
        stack.push_async_callback(channel.close)
        await channel.set_qos(1)
        for name in (name for service in SERVICES for name in service_queues(CONTRACTS, service)):
            await (await channel.get_queue(name)).consume(_keep)
        addresses = replace(house.installation.addresses, ports=ports)
        yield replace(house, installation=replace(house.installation, addresses=addresses))


@asynccontextmanager
async def answering(body: Any, code: int = 200) -> AsyncIterator[int]:
    async def readyz(_request: web.Request) -> web.Response:
        return web.json_response(body, status=code)

    app = web.Application()
    app.router.add_get("/readyz", readyz)
    async with TestServer(app) as server:
        assert server.port is not None
        yield server.port


async def _keep(_message: object) -> None:
    pass


async def test_a_house_in_order_is_well(running: House) -> None:
    answer = await running.ouchi("status")
    assert answer.text.splitlines()[-1] == "All is well."
    assert not answer.attention
    assert [service.problems for service in answer.data["services"]] == [[], [], [], []]


async def test_services_that_do_not_run_are_named(house: House) -> None:
    answer = await house.ouchi("status")
    assert answer.attention
    assert [service.service for service in answer.data["services"] if service.problems] == list(SERVICES)
    [concern] = [queue["concern"] for queue in answer.data["queues"] if queue["name"] == QUEUE]
    assert concern == "nobody consumes it"


@pytest.mark.parametrize(
    ("body", "code", "problem"),
    [
        ({"checks": {"database": "", "broker": "not connected: relay"}}, 503, "broker: not connected: relay"),
        ({"checks": {}}, 503, "answers 503"),
        (["something else"], 200, "is some other program"),
        ({"status": "ok"}, 200, "is some other program"),
    ],
)
async def test_what_a_service_says_of_itself_is_shown(running: House, body: Any, code: int, problem: str) -> None:
    async with answering(body, code) as port:
        ports = {**running.installation.addresses.ports, "review": port}
        addresses = replace(running.installation.addresses, ports=ports)
        answer = await replace(running, installation=replace(running.installation, addresses=addresses)).ouchi("status")
    [(service, problems)] = [(s.service, s.problems) for s in answer.data["services"] if s.problems]
    assert service == "review" and len(problems) == 1 and problems[0].endswith(problem)
    assert answer.attention


async def test_one_dead_letter_needs_attention(running: House) -> None:
    async with running.broker.channel() as channel:
        dead = await channel.get_exchange("notifier.dead", ensure=False)
        await dead.publish(aio_pika.Message(b"{}"), QUEUE)
    answer = await running.ouchi("status")
    assert answer.attention
    assert [q["name"] for q in answer.data["queues"] if q["concern"]] == ["notifier.dead"]


async def test_a_late_event_needs_attention(running: House) -> None:
    await running.record(RECEIVED)
    assert not (await running.ouchi("status")).attention
    await running.execute("intake", "UPDATE outbox SET recorded_at = now() - interval '2 minutes'")
    assert (await running.ouchi("status")).attention


async def test_a_subscribers_queue_is_watched_long_before_it_drops_anything(running: House) -> None:
    [queue] = [q for q in (await running.ouchi("status")).data["queues"] if q["name"] == SUBSCRIBER_QUEUE]
    assert (queue["messages"], queue["limit"], queue["concern"]) == (0, 10_000, "")
    assert subscriber_queue(4_999).concern == ""
    assert subscriber_queue(5_000).concern == "half full or more: the oldest will be dropped"


def subscriber_queue(count: int) -> status.Queue:
    return status.Queue(SUBSCRIBER_QUEUE, status.OTHERS, count, 0, 10_000)


async def test_what_is_away_hides_nothing_else(running: House) -> None:
    nowhere = replace(running.installation, amqp_admin_url="amqp://guest:guest@127.0.0.1:1/")
    answer = await replace(running, installation=nowhere).ouchi("status")
    assert answer.attention
    assert answer.data["away"] == ["The broker does not answer (AMQPConnectionError): docs/runbooks/broker-down.md."]
    assert (answer.data["queues"], len(answer.data["outboxes"])) == ([], 4)


async def test_a_missing_queue_is_said(running: House) -> None:
    other = replace(running.installation, retry_delays=(7,))
    answer = await replace(running, installation=other).ouchi("status")
    assert {q["name"]: q["concern"] for q in answer.data["queues"] if q["concern"]} == {
        f"{service}.retry.7s": "missing: run the set-up step" for service in SERVICES
    }
