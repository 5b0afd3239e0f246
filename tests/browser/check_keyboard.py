"""The journey without a mouse: everything by Tab, space bar, Enter and arrows; and the focus is always to be seen."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import keys
from tests.browser.cast import Cast, Stage
from tests.browser.check_journeys import link_of
from tests.browser.check_pages import show
from tests.browser.states import APPLICANTS, STAFF, State
from tests.browser.walk import GROWN_UP
from tests.end_to_end.browser import opened
from tests.end_to_end.people import PASSWORD, eventually, photo
from tools.system import System

LEFT = """fetch("/session", { headers: { "X-Page-Of": document.querySelector("[name=page_of]").value } })
    .then((answer) => answer.json())"""
AT_FOCUS = "document.activeElement.id"
#: Pages with most to press, and those with parts that stay in view while the rest scrolls.
BUSY = ("form-unfolded", "document-errors", "corrections", "application-submitted", "staff-case-mine", "staff-mask")


@pytest.mark.parametrize("width", [360, 1280])
async def test_from_the_first_page_to_submitted_by_keyboard(
    stage: Stage, browser: Browser, tmp_path: Path, width: int
) -> None:
    email = f"saki.{secrets.token_hex(6)}@example.jp"
    picture = tmp_path / "card.jpg"
    picture.write_bytes(photo())
    async with opened(browser, width) as page:
        await page.goto(stage.system.url("intake"))
        await keys.tab(page)
        assert await page.evaluate("document.activeElement.className") == "skip-link"
        await page.keyboard.press("Enter")
        assert await page.evaluate(AT_FOCUS) == "main-content"
        await keys.press(page, 'a[href="/eligibility?kind=new"]')
        await keys.enter(page, "postal_code", "862-0971")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")

        # Nothing filled in: the summary has the focus, and leads to the fields.
        await keys.press(page, "main form .actions button")
        assert await page.evaluate(AT_FOCUS) == "error-summary"
        await keys.tab_to(page, '#error-summary a[href="#name"]')
        await page.keyboard.press("Enter")
        assert await page.evaluate(AT_FOCUS) == "name"
        fields = {**GROWN_UP, "email": email}
        for name in ("name", "kana", "birth_era", "birth_year", "birth_month", "birth_day", "postal_code"):
            await keys.enter(page, name, fields[name])
        for name in ("address", "phone", "email", "pickup_branch", "hold_contact", "password", "consent"):
            await keys.enter(page, name, fields[name])
        await keys.press(page, "main form .actions button")
        await keys.press(page, 'main form[action="/apply/register"] button', "Space")
        assert page.url.partition("?")[0].endswith("/apply/done")

        await page.goto(await link_of(stage, email))
        await keys.enter(page, "email", email)
        await keys.enter(page, "password", PASSWORD)
        await keys.press(page, 'main form[action="/sign-in"] button', "Space")
        await keys.press(page, 'main a[href="/application/documents?type=driving_licence"]')
        await keys.press(page, "main .doors a")
        await keys.tab_to(page, "main input[type=file]")
        async with page.expect_file_chooser() as chooser:
            await page.keyboard.press("Space")
        await (await chooser.value).set_files(picture)
        await keys.press(page, 'main form[action^="/application/documents"] .actions button')
        await keys.press(page, 'main a[href="/application/confirm"]')
        await keys.press(page, 'main form[action="/application/confirm"] button')
        assert page.url.endswith("/application/done")


@pytest.mark.parametrize(
    "state", [each for each in APPLICANTS + STAFF if each.name in BUSY], ids=lambda each: each.name
)
@pytest.mark.parametrize("width", [360, 1280])
async def test_the_focus_is_seen_wherever_it_goes_and_leaves_again(
    cast: Cast, browser: Browser, state: State, width: int
) -> None:
    async with opened(browser, width) as page:
        await show(page, cast, state)
        await page.locator("main").focus()
        stops = await _stops(page, "Tab")
        back = await _stops(page, "Shift+Tab")
        assert len(stops) >= 3
        assert set(stops) <= set(back)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("key", ["Enter", "Escape"])
@pytest.mark.parametrize(("name", "extendable"), [("session-ends", True), ("session-ends-for-good", False)])
async def test_the_warning_that_a_session_ends_takes_the_focus_and_gives_it_back(
    cast: Cast, browser: Browser, name: str, extendable: bool, key: str, width: int
) -> None:
    [state] = [each for each in APPLICANTS if each.name == name]
    assert state.meanwhile and state.then
    async with opened(browser, width) as page:
        role = await show(page, cast, replace(state, meanwhile=None, then=None))
        await page.locator("main a:visible").last.focus()
        before = await page.evaluate("document.activeElement.outerHTML")
        await state.meanwhile(cast.stage, role)
        await state.then(page)
        button = page.locator("dialog button:visible")
        await expect(button).to_be_focused()
        for way in ("Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
            await page.keyboard.press(way)
            # Out of the dialog it goes to the browser's own buttons, never to the page behind.
            assert await page.evaluate("document.activeElement.matches('body, dialog button')"), way
        await button.focus()
        focus: keys.Focus = await page.evaluate(keys.FOCUS)
        assert keys.faults(focus) == []
        await page.keyboard.press(key)
        await expect(button).to_be_hidden()
        assert await page.evaluate("document.activeElement.outerHTML") == before

        async def longer() -> bool:
            left = await page.evaluate(LEFT)
            return bool(left["seconds"] > 1000) is extendable and left["extendable"] is extendable

        assert await eventually(longer)


async def test_after_another_language_is_chosen_the_page_begins_at_its_top(system: System, browser: Browser) -> None:
    async with opened(browser) as page:
        await page.goto(f"{system.url('intake')}/apply?kind=new")
        await keys.enter(page, "name", "髙橋　咲")
        await page.locator("body").press("Control+Home")
        await keys.press(page, ".languages button[value=en]")
        assert await page.evaluate("document.documentElement.lang") == "en"
        assert await page.locator("#name").input_value() == "髙橋　咲"
        await keys.tab(page)
        assert await page.evaluate("document.activeElement.className") == "skip-link"


async def _stops(page: Page, key: str) -> list[str]:
    """Where the focus goes, until the page ends or it has been there."""
    stops: list[str] = []
    for _ in range(150):
        await page.keyboard.press(key)
        focus: keys.Focus | None = await page.evaluate(keys.FOCUS)
        if focus is None or (focus["what"] in stops[:1] and len(stops) > 1):
            return stops
        assert keys.faults(focus) == []
        stops.append(focus["what"])
    raise AssertionError("the focus does not come out again")
