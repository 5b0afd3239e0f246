"""What a screen reader is told without being asked, as it stands in the tree that Chromium makes for it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Page, Route

from tests.browser import walk
from tests.browser.cast import Cast, leaving
from tests.browser.check_pages import show
from tests.browser.states import APPLICANTS, State
from tests.end_to_end.browser import opened
from tests.end_to_end.people import photo
from tools.system import System

SPEAK = ("status", "alert")
BY_NAME = {state.name: state for state in APPLICANTS}
DOCUMENT = BY_NAME["document"]


async def tree(line: CDPSession) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await line.send("Accessibility.getFullAXTree"))["nodes"]
    return [node for node in nodes if not node["ignored"]]


def said(nodes: list[dict[str, Any]]) -> list[str]:
    """The words inside of each region that is spoken when it changes."""
    by_id = {node["nodeId"]: node for node in nodes}

    def words(node: dict[str, Any]) -> str:
        inside = [words(by_id[child]) for child in node.get("childIds", []) if child in by_id]
        return "".join(inside) if inside else str(node.get("name", {}).get("value", ""))

    return [words(node) for node in nodes if node["role"]["value"] in SPEAK and live(node) in ("polite", "assertive")]


def live(node: dict[str, Any]) -> str:
    return next((each["value"]["value"] for each in node.get("properties", []) if each["name"] == "live"), "off")


async def hear(line: CDPSession, wanted: Callable[[str], bool]) -> str:
    """Wait until something of this kind is said."""
    async with asyncio.timeout(20):
        while True:
            for each in said(await tree(line)):
                if wanted(each):
                    return each


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_what_was_found_for_a_postal_code_is_said(cast: Cast, browser: Browser, language: str) -> None:
    async with opened(browser) as page:
        await show(page, cast, BY_NAME["form"], language)
        line = await page.context.new_cdp_session(page)
        assert not any(said(await tree(line)))
        await page.locator("#postal_code").fill("862-0971")
        one = await hear(line, bool)
        await page.locator("#postal_code").fill("862-0941")
        many = await hear(line, lambda text: text not in ("", one))
        await page.locator("#postal_code").fill("999-9999")
        assert await hear(line, lambda text: text not in ("", one, many))


async def test_how_far_a_photograph_is_and_what_becomes_of_it_is_said(
    cast: Cast, browser: Browser, tmp_path: Path
) -> None:
    picture = tmp_path / "card.jpg"
    picture.write_bytes(photo())
    go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "POST":
            await go_on.wait()
        await route.fallback()

    async with opened(browser) as page:
        await show(page, cast, State("document", DOCUMENT.path, leaving))
        await page.route("**/application/documents**", hold)
        line = await page.context.new_cdp_session(page)
        send = page.locator('main form[action^="/application/documents"] .actions button').first
        await send.click()
        assert await _described(page, "document")
        await page.locator("main input[type=file]").first.set_input_files(picture)
        shown = await hear(line, bool)
        await send.click()
        assert await hear(line, lambda text: text not in ("", shown))
        [bar] = [node for node in await tree(line) if node["role"]["value"] == "progressbar"]
        assert bar["name"]["value"]
        go_on.set()
        await page.wait_for_url("**?sent=*")
        assert [text for text in said(await tree(line)) if text]


@pytest.mark.parametrize(
    "name", ["form-errors", "sign-in-wrong", "email-errors", "resent", "corrections-done", "eligibility-address"]
)
@pytest.mark.parametrize("language", ["ja", "ko"])
async def test_an_answer_is_said_when_its_page_opens(cast: Cast, browser: Browser, name: str, language: str) -> None:
    async with opened(browser) as page:
        await show(page, cast, BY_NAME[name], language)
        line = await page.context.new_cdp_session(page)
        assert [text for text in said(await tree(line)) if text]


@pytest.mark.parametrize("name", ["session-ends", "session-ends-for-good"])
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_warning_that_a_session_ends_is_an_alert_with_a_name_and_what_will_happen(
    cast: Cast, browser: Browser, name: str, language: str
) -> None:
    async with opened(browser) as page:
        await show(page, cast, BY_NAME[name], language)
        line = await page.context.new_cdp_session(page)
        nodes = await tree(line)
        [warning] = [node for node in nodes if node["role"]["value"] == "alertdialog"]
        assert warning["name"]["value"] == await page.locator("#lasting-title").inner_text()
        seen = await page.locator("#lasting-text p:visible").all_inner_texts()
        assert len(seen) == 2
        assert all(text in warning["description"]["value"] for text in seen)
        # And nothing of the page behind.
        assert not [node for node in nodes if node["role"]["value"] == "main"]


async def test_that_the_draft_is_kept_is_said(system: System, browser: Browser) -> None:
    async with opened(browser) as page:
        await page.goto(f"{system.url('intake')}/apply?kind=new")
        await walk.fill(page, name="髙橋　咲")
        async with page.expect_navigation():
            await page.locator('main button[formaction="/apply/draft"]').click()
        line = await page.context.new_cdp_session(page)
        assert any("一時保存しました" in text for text in said(await tree(line)))


async def _described(page: Page, name: str) -> bool:
    """Whether the field in error is marked, has the focus, and names its error."""
    return bool(
        await page.evaluate(
            """(id) => {
              const field = document.getElementById(id);
              const error = (field.getAttribute("aria-describedby") ?? "").split(" ").at(-1);
              return field === document.activeElement && field.hasAttribute("aria-invalid")
                && Boolean(document.getElementById(error)?.textContent.trim());
            }""",
            name,
        )
    )
