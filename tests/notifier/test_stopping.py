"""An orderly stop: what the mail server is about to take is noted as sent, and nobody is written to twice."""

import asyncio
from uuid import uuid4

import pytest

from chassis.service import running
from chassis.testing import settings_for_tests
from services.notifier import use_cases
from services.notifier.app import SERVICE, NotifierSettings
from services.notifier.use_cases import sending
from tests.conftest import FromService
from tests.notifier.conftest import House
from tests.notifier.post_office import until
from tests.notifier.samples import heard
from tools.installation import Installation
from tools.places import ROOT

#: Longer than the service waits before it asks its parts once more to stop (1 s).
SLOW = 2.5


async def test_a_stop_waits_for_a_slow_server_and_no_mail_goes_out_twice(
    provisioned: Installation, database_url: FromService, house: House
) -> None:
    recipients = [f"reader{number}@example.jp" for number in range(4)]
    house.office.hold = asyncio.Event()
    settings = settings_for_tests(await database_url("notifier"), provisioned.amqp_url("notifier"))
    await house.receive(*recipients)
    own = NotifierSettings(
        str(ROOT / "config" / "library.toml"), "https://x.example.jp", "127.0.0.1", house.office.port
    )
    async with asyncio.timeout(30), running(SERVICE, settings, own, house.clock):
        await until(lambda: house.office.seen == 4)
        # Told to stop now; the server answers to each of the four only later.
        asyncio.get_running_loop().call_later(SLOW, house.office.hold.set)
    assert await house.statuses() == ["sent"] * 4
    house.clock.move(minutes=5)
    assert await house.send_all() == 0
    assert sorted(house.office.recipients) == recipients


async def test_a_sender_that_was_told_to_stop_claims_nothing_more(house: House) -> None:
    await house.receive("first@example.jp", "second@example.jp")
    house.office.hold = asyncio.Event()
    sender = asyncio.create_task(house.send_all())
    await until(lambda: house.office.seen == 1)
    for _again in range(3):
        sender.cancel()
        await asyncio.sleep(0)
    house.office.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await sender
    assert await house.statuses() == ["sent", "waiting"]


async def test_a_server_that_never_answers_holds_up_the_stop_for_a_bounded_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LAST_SECONDS", 0.2)
    house.notifier.server.data_timeout = 60
    await house.hear(heard("application.received.v1", application=uuid4()))
    house.office.hold = asyncio.Event()
    sender = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    sender.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await sender
    # Whether it was taken is not known: the claim runs out, and the same mail is sent with the same Message-ID.
    assert await house.statuses() == ["sending"]
    house.office.hold.set()
