"""The other system, as its own process, on a real broker: it hears what review says of registrations and no more."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aio_pika
import pytest

from chassis.topology import EVENTS
from contracts import CONTRACTS
from examples.subscriber.__main__ import Registrations, masked
from tools.broker import Management
from tools.installation import SUBSCRIBER, SUBSCRIBER_QUEUE, Installation
from tools.places import ROOT

COMPLETED, RENEWED = "registration.completed.v1", "registration.renewed.v1"
CHANGED, EXPIRING = "registration.changed.v1", "registration.expiring.v1"


def _event(type_: str, registration: str, **data: Any) -> dict[str, Any]:
    example = CONTRACTS[type_].example
    return {**example, "id": str(uuid4()), "subject": registration, "data": {**example["data"], **data}}


@dataclass
class Program:
    """The running subscriber."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        assert self.process.stdout
        async with asyncio.timeout(20):
            return (await self.process.stdout.readline()).decode().rstrip("\n")

    async def complaint(self, of: str) -> str:
        """The next line on standard error that begins like this."""
        assert self.process.stderr
        async with asyncio.timeout(20):
            while True:
                line = (await self.process.stderr.readline()).decode().rstrip("\n")
                if line.startswith(of) or not line:
                    return line


@asynccontextmanager
async def _running(house: Installation) -> AsyncIterator[Program]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "examples.subscriber",
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **house.environment(SUBSCRIBER)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    program = Program(process)
    try:
        assert await program.complaint("listening") == f"listening to {SUBSCRIBER_QUEUE}"
        yield program
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _say(house: Installation, service: str, *events: Mapping[str, Any] | bytes) -> None:
    async with await aio_pika.connect(house.amqp_url(service)) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EVENTS, ensure=False)
        for event in events:
            body = event if isinstance(event, bytes) else json.dumps(event).encode()
            type_ = COMPLETED if isinstance(event, bytes) else str(event["type"])
            message = aio_pika.Message(body, message_id=str(uuid4()), type=type_)
            await exchange.publish(message, routing_key=type_, mandatory=True)


async def test_it_prints_each_registration_once_with_its_card_masked(provisioned: Installation) -> None:
    one, other = str(uuid4()), str(uuid4())
    completed = _event(COMPLETED, one, version=1)
    async with _running(provisioned) as program:
        await _say(provisioned, "review", completed, completed)
        await _say(provisioned, "review", _event(RENEWED, one, version=3), _event(RENEWED, one, version=2))
        await _say(provisioned, "review", _event(COMPLETED, other, version=1))
        number = CONTRACTS[RENEWED].example["data"]["card_number"]
        lost = _event(CHANGED, one, version=4, card_number="2900000300004", previous_card_number=number)
        await _say(provisioned, "review", lost)
        assert [await program.line() for _ in range(4)] == [
            f"registration.completed {one} version 1 card *********3458",
            f"registration.renewed {one} version 3 card *********3458",
            f"registration.completed {other} version 1 card *********3458",
            f"registration.changed {one} version 4 card *********0004 instead of *********3458",
        ]


async def test_it_hears_nothing_but_registrations(provisioned: Installation) -> None:
    registration = str(uuid4())
    async with _running(provisioned) as program:
        await _say(provisioned, "review", CONTRACTS["review.approved.v1"].example, _event(COMPLETED, registration))
        assert await program.line() == f"registration.completed {registration} version 1 card *********3458"


async def test_what_it_cannot_read_is_left_aside_and_holds_up_nothing(provisioned: Installation) -> None:
    registration = str(uuid4())
    async with _running(provisioned) as program:
        await _say(provisioned, "review", b'{"\xff"}', b"[1, 2]", b"{}", _event(COMPLETED, registration))
        assert await program.line() == f"registration.completed {registration} version 1 card *********3458"
        complaints = [await program.complaint("left aside") for _ in range(3)]
        assert [line.rpartition(" ")[2] for line in complaints] == ["(UnicodeDecodeError)", "(TypeError)", "(KeyError)"]


async def test_it_listens_again_after_its_connection_was_cut(provisioned: Installation) -> None:
    registration = str(uuid4())
    async with _running(provisioned) as program:
        await _cut(provisioned)
        await _say(provisioned, "review", _event(COMPLETED, registration))
        assert await program.line() == f"registration.completed {registration} version 1 card *********3458"
        assert await program.complaint("listening") == f"listening to {SUBSCRIBER_QUEUE}"


async def _cut(house: Installation) -> None:
    """Close the subscriber's connections; the broker lists a new one only after some seconds."""
    user = house.broker_user(SUBSCRIBER).name
    async with Management(house.management_url) as management, asyncio.timeout(30):
        found: list[Any] = []
        while not found:
            found = [each for each in await management.get("/connections") if each.get("user") == user]
            await asyncio.sleep(0.2)
        for each in found:
            await management.delete(f"/connections/{each['name'].replace(' ', '%20').replace('>', '%3E')}")


async def test_it_stops_when_asked(provisioned: Installation) -> None:
    async with _running(provisioned) as program:
        program.process.terminate()
        async with asyncio.timeout(10):
            assert await program.process.wait() == 0


async def test_without_an_address_it_says_what_is_missing() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.subscriber", cwd=ROOT, env={"PATH": os.environ["PATH"]}, stderr=subprocess.PIPE
    )
    _, stderr = await process.communicate()
    assert (process.returncode, stderr.decode()) == (
        1,
        "Set OUCHI_AMQP_URL and OUCHI_QUEUE: see README.md beside this program.\n",
    )


@pytest.mark.parametrize(
    ("card", "shown"), [("2900000123458", "*********3458"), ("12345", "*2345"), ("1234", "****"), ("", "")]
)
def test_a_card_number_shows_its_last_four_characters(card: str, shown: str) -> None:
    assert masked(card) == shown


def test_a_reminder_is_heard_once_though_nothing_of_the_registration_is_new() -> None:
    registrations, registration = Registrations(), str(uuid4())
    first, second = (_event(EXPIRING, registration, version=3, expires_on="2036-04-30") for _ in range(2))
    heard = [registrations.hear(each) for each in (_event(RENEWED, registration, version=3), first, first, second)]
    line = f"registration.expiring {registration} version 3 card *********5676 until 2036-04-30"
    assert heard[1:] == [line, None, line]


def test_a_reminder_that_comes_after_a_renewal_is_passed_over() -> None:
    registrations, registration = Registrations(), str(uuid4())
    registrations.hear(_event(RENEWED, registration, version=4))
    assert registrations.hear(_event(EXPIRING, registration, version=3)) is None


def test_an_unreadable_event_does_not_count_as_heard() -> None:
    registrations, registration = Registrations(), str(uuid4())
    broken = _event(COMPLETED, registration)
    del broken["data"]["card_number"]
    with pytest.raises(KeyError):
        registrations.hear(broken)
    assert registrations.hear(_event(COMPLETED, registration)) is not None


def test_a_newer_major_version_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="not known here"):
        Registrations().hear({**_event(COMPLETED, str(uuid4())), "type": "registration.completed.v2"})
