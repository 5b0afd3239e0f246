"""The whole service with its broker: from a published event to the mail and back to the broker."""

import asyncio
import json
from uuid import uuid4

import aio_pika

from chassis.service import running
from chassis.settings import Settings
from chassis.testing import MovableClock, settings_for_tests
from chassis.topology import EVENTS, queue_name
from contracts import CONTRACTS
from services.notifier.app import SERVICE, NotifierSettings
from tests.conftest import FromService
from tests.notifier.post_office import PostOffice
from tools.installation import Installation
from tools.places import ROOT


async def test_an_event_published_becomes_a_mail_and_is_told_to_intake(
    provisioned: Installation, database_url: FromService, office: PostOffice
) -> None:
    settings: Settings = settings_for_tests(await database_url("notifier"), provisioned.amqp_url("notifier"))
    own = NotifierSettings(str(ROOT / "config" / "library.toml"), "https://staff.example.jp", "127.0.0.1", office.port)
    # Other tests' events may still lie in notifier's queues: this one is about an application of its own.
    example = CONTRACTS["application.received.v1"].example
    event = {**example, "id": str(uuid4()), "subject": str(uuid4())}
    event["data"] = {**example["data"], "email": "here@example.jp"}
    async with (
        await aio_pika.connect(provisioned.amqp_url("intake")) as connection,
        running(SERVICE, settings, own, MovableClock()),
        asyncio.timeout(20),
    ):
        channel = await connection.channel()
        told = await channel.get_queue(queue_name("intake", "notification.sent.v1"))
        await told.purge()
        exchange = await channel.get_exchange(EVENTS, ensure=False)
        for _twice in range(2):
            await exchange.publish(aio_pika.Message(json.dumps(event).encode()), event["type"])
        async with told.iterator() as messages:
            async for message in messages:
                await message.ack()
                if json.loads(message.body)["subject"] == event["subject"]:
                    break
    assert json.loads(message.body)["data"] == {"template": "application_received", "caused_by": event["id"]}
    assert [recipient for recipient in office.recipients if recipient == "here@example.jp"] == ["here@example.jp"]
