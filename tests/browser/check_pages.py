"""`make browser`: every page in a real browser, held against axe's rules. Too long for `make test`."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.axe import violations
from tests.end_to_end.browser import launched, look, opened
from tools.system import System


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.mark.parametrize("width", [240, 360, 1280])
@pytest.mark.parametrize("path", ["/", "/apply"])
async def test_a_page_breaks_no_rule(system: System, browser: Browser, path: str, width: int) -> None:
    async with opened(browser, width) as page:
        await page.goto(system.url("intake") + path)
        await look(page, path.strip("/") or "start")
        assert await violations(page) == []
