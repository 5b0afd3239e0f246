"""No service can open another's database, publish another's event, read another's queue, or write on the default exchange."""

from itertools import permutations
from urllib.parse import urlsplit

import aio_pika
import asyncpg
import pytest

from chassis.topology import EVENTS, dead_letter_queue
from contracts import CONTRACTS, SERVICES, heard_by
from tools.installation import Installation

PAIRS = list(permutations(SERVICES, 2))


@pytest.mark.parametrize(("role", "owner"), PAIRS)
async def test_no_service_can_open_anothers_database(provisioned: Installation, role: str, owner: str) -> None:
    other = urlsplit(provisioned.database_url(role))._replace(path=f"/{provisioned.database(owner)}").geturl()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(other)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_can_publish_anothers_event(provisioned: Installation, service: str) -> None:
    for type_ in [*(c.type for c in CONTRACTS.values() if c.producer != service), "nobody.says_this.v1"]:
        async with await aio_pika.connect(provisioned.amqp_url(service)) as connection:
            exchange = await (await connection.channel()).get_exchange(EVENTS, ensure=False)
            with pytest.raises(aio_pika.exceptions.ChannelClosed, match="ACCESS_REFUSED"):
                await exchange.publish(aio_pika.Message(b""), type_, mandatory=False)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_can_write_on_the_default_exchange(provisioned: Installation, service: str) -> None:
    async with await aio_pika.connect(provisioned.amqp_url(service)) as connection:
        channel = await connection.channel()
        with pytest.raises(aio_pika.exceptions.ChannelClosed, match="ACCESS_REFUSED"):
            await channel.default_exchange.publish(aio_pika.Message(b""), dead_letter_queue("review"), mandatory=False)


@pytest.mark.parametrize(("reader", "owner"), PAIRS)
async def test_no_service_can_read_anothers_queue(provisioned: Installation, reader: str, owner: str) -> None:
    queue_name = f"{owner}.{heard_by(owner)[0].type}"
    async with await aio_pika.connect(provisioned.amqp_url(reader)) as connection:
        queue = await (await connection.channel()).get_queue(queue_name, ensure=False)
        with pytest.raises(aio_pika.exceptions.ChannelClosed, match="ACCESS_REFUSED"):
            await queue.get(timeout=5)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_can_declare_or_delete_anything(provisioned: Installation, service: str) -> None:
    async with await aio_pika.connect(provisioned.amqp_url(service)) as connection:
        channel = await connection.channel()
        with pytest.raises(aio_pika.exceptions.ChannelClosed, match="ACCESS_REFUSED"):
            await channel.declare_queue(f"{service}.mine", durable=True)
