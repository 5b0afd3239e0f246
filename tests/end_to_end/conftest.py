"""The whole system as real processes on real servers, with a mailbox that a real SMTP server fills."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.end_to_end.people import Mailbox, Office, Person
from tools.addresses import MAILBOX
from tools.system import System

STAFF = "tanaka"


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest.fixture(scope="session")
def staff_password(system: System) -> str:
    password = secrets.token_urlsafe(12)
    system.add_staff(STAFF, password)
    return password


@pytest.fixture
async def office(system: System, http: aiohttp.ClientSession, staff_password: str) -> Office:
    """The library's staff at the API."""
    office = Office(http, system.url("review"))
    await office.sign_in(STAFF, staff_password)
    return office


@pytest.fixture
def mailbox(system: System, http: aiohttp.ClientSession) -> Mailbox:
    return Mailbox(http, system.url(MAILBOX))


@pytest.fixture
def person(system: System, http: aiohttp.ClientSession, mailbox: Mailbox) -> Person:
    """Somebody at home with a program instead of a browser."""
    return Person(http, system.url("intake"), mailbox)


@pytest.fixture
def subscriber_log(system: System) -> Path:
    """What the other system printed."""
    return system.house.var / "logs" / "subscriber.log"
