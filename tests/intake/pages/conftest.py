"""People at their browsers, with intake running."""

from collections.abc import Awaitable, Callable

import pytest

from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import EMAIL, resident


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser(house.client)


@pytest.fixture
def apply(browser: Browser) -> Callable[..., Awaitable[Page]]:
    """Fill in the form as a resident would, and send it."""

    async def fill(kind: str = "new", **other: str | None) -> Page:
        page = await browser.get(f"/apply?kind={kind}")
        return await browser.send(page, "/apply", **resident(**other))

    return fill


@pytest.fixture
def enter(house: House, browser: Browser) -> Callable[[Application], Awaitable[Page]]:
    """Open the mailed link and sign in."""

    async def sign_in(application: Application) -> Page:
        page = await browser.get(f"/continue/{application.id}/{await house.proof(application)}")
        return await browser.send(page, "/sign-in", email=EMAIL, password=PASSWORD)

    return sign_in
