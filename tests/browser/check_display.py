"""Pages as people set their browsers: larger letters, more room between them, other colours, nothing that moves."""

import pytest
from playwright.async_api import Browser, Page

from tests.browser import keys
from tests.browser.cast import Cast
from tests.browser.check_pages import WIDER, keep, show
from tests.browser.states import APPLICANTS, STAFF, State
from tests.end_to_end.browser import opened

#: The pages with the most words, fields and drawings.
FULL = (
    "start",
    "eligibility-work",
    "form-errors",
    "confirm",
    "documents",
    "document-sides",
    "application-correcting",
    "application-approved",
    "card",
    "corrections",
    "staff-queue",
    "staff-case-mine",
)
STATES = [state for state in APPLICANTS + STAFF if state.name in FULL]
#: WCAG 1.4.12, and the letters alone at 200 % (1.4.4).
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
SPACED += " p { margin-bottom: 2em !important }"
LARGE = ":root { font-size: 200% !important }"
STYLE = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [sheet];
}"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const style = getComputedStyle(each);
  if (!each.textContent.trim() || style.display === "inline" || style.clipPath !== "none") return false;
  if (each.matches("input, select, option, textarea, svg *, title, script, template, [hidden] *")) return false;
  if (each.closest("select, .visually-hidden")) return false;
  const hidden = (way) => ["hidden", "clip"].includes(way);
  return (hidden(style.overflowX) && each.scrollWidth > each.clientWidth + 2)
    || (hidden(style.overflowY) && each.scrollHeight > each.clientHeight + 2);
}).map((each) => "cut off: " + each.outerHTML.slice(0, 120))"""
MOVES = """() => [...document.querySelectorAll("*")].filter((each) => {
  const style = getComputedStyle(each);
  const long = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
  return (style.animationName !== "none" && long(style.animationDuration)) || long(style.transitionDuration);
}).map((each) => each.outerHTML.slice(0, 120))"""


async def faults(page: Page) -> list[str]:
    found: list[str] = [*await page.evaluate(WIDER), *await page.evaluate(CUT_OFF)]
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", STATES, ids=lambda each: each.name)
async def test_more_room_and_larger_letters_lose_nothing(
    cast: Cast, browser: Browser, state: State, language: str
) -> None:
    async with opened(browser, 320) as page:
        await show(page, cast, state, language)
        assert await faults(page) == []
        for name, style, width in (("spaced", SPACED, 320), ("large", LARGE, 1280), ("large", LARGE, 640)):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.evaluate(STYLE, style)
            await keep(page, f"{state.name}-{language}-{name}", width)
            assert await faults(page) == [], name


@pytest.mark.parametrize("state", STATES, ids=lambda each: each.name)
async def test_the_systems_own_colours_and_no_movement(cast: Cast, browser: Browser, state: State) -> None:
    async with opened(browser, 360) as page:
        await page.emulate_media(forced_colors="active", reduced_motion="reduce")
        await show(page, cast, state)
        assert await page.evaluate(MOVES) == []
        await page.locator("main").focus()
        for _ in range(5):
            await page.keyboard.press("Tab")
            focus = await page.evaluate(keys.FOCUS)
            assert focus is None or focus["outline"] >= 2
        await keep(page, f"{state.name}-forced", 360)
