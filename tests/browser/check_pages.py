"""`make browser`: every page and state in a real browser, in every language and width, held against the rules.

Each page is opened once for each language and looked at in every width: no sideways scrolling anywhere, also at 320
pixels, which is 1280 at 400 %. In Japanese axe looks at every width, in the other languages at one."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Response

from rules.policy import load_policy
from services.intake.pages import ROUTES as INTAKE
from services.review.pages import ROUTES as REVIEW
from tests.browser.axe import violations
from tests.browser.cast import Cast, Role
from tests.browser.states import APPLICANTS, STAFF, State
from tests.end_to_end.browser import SCREENSHOTS, opened
from tests.printed import printed
from tools.places import ROOT
from tools.system import System

LANGUAGES = ("ja", "ja-easy", "en", "zh", "ko")
WIDTHS = (1280, 240, 320, 360)
#: What is no page: answers for scripts, a file to take along, pictures, a way back.
NOT_LOOKED_AT = {
    "/postal-codes/{code}",
    "/session",
    "/application/data.json",
    "/application/handover",  # leads back to the photographs; the code itself is the answer to a form
    "/application/handover/state",
    "/application/documents/{document}/{rendition}",
    "/cases/{id}/documents/{document_id}/{rendition}",
}
POLICY = load_policy(ROOT / "config" / "library.toml")
#: Kana in a page of another language that does not say that they are Japanese: not translated, or read out and drawn as
#: if they were of the other language. Kanji are let through: Chinese has them, and eras and examples of towns show them.
JAPANESE_LEFT = """(printed) => {
  const said = (text) => printed.reduce((left, name) => left.replaceAll(name, ""), text);
  const japanese = /[\\p{Script=Hiragana}\\p{Script=Katakana}]/u;
  const own = (each) => each.closest("[lang]") === document.documentElement;
  const found = [];
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (japanese.test(said(walker.currentNode.data)) && own(at) && !at.matches("script, style"))
      found.push(walker.currentNode.data.trim());
  }
  for (const each of document.querySelectorAll("[alt], [title], [aria-label], [placeholder], input, textarea")) {
    const named = ["alt", "title", "aria-label", "placeholder"].map((name) => each.getAttribute(name));
    const typed = each.type === "hidden" ? "" : each.value ?? "";
    if (japanese.test(said([...named, typed].join(" "))) && own(each)) found.push(each.outerHTML.slice(0, 120));
  }
  return found.map((each) => "Japanese is left: " + each);
}"""
#: A box that lays out its parts one by one does so with a word and its reading, too, and takes them apart.
TORN = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const words = [...each.childNodes].filter((part) => part.localName === "ruby" || part.data?.trim());
  return words.length > 1 && words.some((part) => part.localName === "ruby")
    && /flex|grid/.test(getComputedStyle(each).display);
}).map((each) => "a word is torn: " + each.outerHTML.slice(0, 120))"""
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > room + 1)
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120)).concat("scrolls sideways");
}"""


@pytest.fixture(scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with opened(browser, 360) as page:
        yield page


async def show(page: Page, cast: Cast, state: State, language: str = "ja") -> Role:
    """Open the page as whom it is for, in this language, and do what brings it into its state."""
    role, address = await cast.of(state.who), await cast.addresses.of(state.service)
    wanted = {**role.cookies, "intake_language": language}
    await page.context.clear_cookies()
    await page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in wanted.items()])
    path = state.path.format_map({**role.words})
    answer = await page.goto(address + path)
    assert answer
    assert (answer.status, urlsplit(page.url).path) == (state.status, urlsplit(path).path), (
        "another page than was meant"
    )
    if state.meanwhile:
        await state.meanwhile(cast.stage, role)
    if state.then:
        statuses: list[int] = []

        def note(response: Response) -> None:
            statuses.append(response.status)

        page.on("response", note)
        await state.then(page)
        page.remove_listener("response", note)
        assert state.answer is None or state.answer in statuses, "it went well"
        assert [status for status in statuses if status >= 500 and status != state.answer] == []
    return role


@pytest.mark.parametrize(
    ("state", "language"),
    [(state, language) for state in APPLICANTS for language in LANGUAGES] + [(state, "ja") for state in STAFF],
    ids=lambda each: each.name if isinstance(each, State) else each,
)
async def test_a_page_breaks_no_rule(cast: Cast, page: Page, state: State, language: str) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await show(page, cast, state, language)
    found: list[str] = []
    if language == "ja-easy":
        found += await page.evaluate(TORN)
    if not language.startswith("ja"):
        found += await page.evaluate(JAPANESE_LEFT, printed(POLICY))
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {line}" for line in await page.evaluate(WIDER)]
        if width == 360 or (language == "ja" and width != 320):
            found += [f"{width}: {line}" for line in await violations(page)]
        if width != 320:
            await keep(page, f"{state.name}-{language}", width)
    assert found == []


@pytest.mark.parametrize(("states", "routes"), [(APPLICANTS, INTAKE), (STAFF, REVIEW)], ids=["intake", "review"])
def test_every_page_is_looked_at(states: list[State], routes: list) -> None:  # type: ignore[type-arg]
    patterns = {route.path for route in routes if route.method == "GET"} - NOT_LOOKED_AT
    shown = [state.path.partition("?")[0] for state in states] + ["/"]
    seen = {each for each in patterns for path in shown if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)}
    assert patterns - seen == set()


async def keep(page: Page, name: str, width: int) -> None:
    if SCREENSHOTS:
        await page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}.png", full_page=True)


async def test_axe_is_awake(system: System, page: Page) -> None:
    await page.goto(system.url("intake"))
    await page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    [found] = await violations(page)
    assert found.startswith("label: ")
