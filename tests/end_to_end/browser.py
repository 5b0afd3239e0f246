"""A real browser: Debian's Chromium, driven by Playwright, talking to nobody but us."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Request, async_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Where to keep a picture of every page that the tests see: `OUCHI_SCREENSHOTS=folder make test`.
SCREENSHOTS = os.environ.get("OUCHI_SCREENSHOTS")


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Chromium for as long as the block lasts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(browser: Browser, width: int = 360, *, scripts: bool = True) -> AsyncIterator[Page]:
    """A page in a fresh profile, `width` CSS pixels wide. On leaving: nobody else was asked for anything."""
    context = await browser.new_context(
        viewport={"width": width, "height": 780}, locale="ja-JP", java_script_enabled=scripts
    )
    strangers: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            strangers.append(request.url)

    context.on("request", note)
    page = await context.new_page()
    page.set_default_timeout(20_000)
    try:
        yield page
    finally:
        await context.close()
    assert strangers == []


async def look(page: Page, name: str) -> None:
    """No sideways scrolling; and a picture where pictures are wanted."""
    await page.wait_for_load_state("load")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    if SCREENSHOTS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        await page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}.png", full_page=True)
