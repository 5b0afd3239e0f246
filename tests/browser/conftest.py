"""One system, one Chromium and one cast for all that `make browser` does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.browser.cast import Cast, Stage
from tests.end_to_end.browser import launched
from tests.end_to_end.conftest import STAFF, http, mailbox, staff_password
from tests.end_to_end.people import Mailbox, Office
from tools.addresses import MAILBOX
from tools.system import System

__all__ = ["http", "mailbox", "staff_password"]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
async def stage(
    system: System,
    http: aiohttp.ClientSession,
    staff_password: str,
    browser: Browser,
) -> Stage:
    office = Office(http, system.url("review"))
    await office.sign_in(STAFF, staff_password)
    return Stage(system, Mailbox(http, system.url(MAILBOX)), office, browser)


@pytest.fixture(scope="session")
def cast(stage: Stage) -> Cast:
    return Cast(stage)
