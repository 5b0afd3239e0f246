"""What decides, covers, destroys or gives more time is sent by its button alone, never by Enter in a field."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page

from services.review import use_cases
from tests.end_to_end.browser import launched, look, opened
from tests.review.conftest import PASSWORD, House
from tests.review.pages.conftest import Browser as Plain
from tests.review.pages.scenes import FORMS, set_up
from tests.review.pages.test_two_tabs import everything, open_page

#: What Enter may send: it asks, or signs in, and changes nothing of anybody's.
ASKING = {"/sign-in", "/registrations"}
TEMPLATES = Path(__file__).parents[3] / "services" / "review" / "templates"
CALL = re.compile(r"\{% (call|endcall)\b(?: ui\.form\(([^,)]*))?")
FIELD = re.compile(r"ui\.field_|<input type=\"(?!hidden)|<textarea|<select")
#: The forms with fields, each where it stands: what to open first, and its fields.
PAGES = {
    "approve": ("/cases/{case}", "#mode-approve", ".for-approve"),
    "correct": ("/cases/{case}", "#mode-correct", ".for-correct"),
    "reject": ("/cases/{case}", "#mode-reject", ".for-reject"),
    "deadline": ("/cases/{correcting}", None, "#deadline"),
    "mask": ("/cases/{case}/documents/{document}/mask", None, "#mask-form"),
}
ENTERED = "input:not([type=hidden])"


class Forms(HTMLParser):
    """The forms of a page that are posted: action, whether anything can be entered, and the first button."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = given.get("method") == "post"
            if self._open:
                self.found.append({"action": given["action"], "fields": False, "first": None})
        elif self._open and tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.found[-1]["fields"] = True
        elif self._open and tag == "button" and given.get("type") == "submit" and self.found[-1]["first"] is None:
            self.found[-1]["first"] = given.get("formmethod") == "dialog"

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


@pytest.mark.parametrize("route", FORMS)
async def test_the_first_button_of_a_form_with_fields_does_nothing(staff: Plain, house: House, route: str) -> None:
    named = await set_up(house)
    form = FORMS[route]
    await open_page(staff, form, named)
    page = await staff.get(form.page.format(**named) or "/registrations")
    forms = [each for each in Forms(page.html).found if each["fields"] and each["action"] not in ASKING]
    assert [each["action"] for each in forms if not each["first"]] == []


def test_a_template_that_takes_something_says_that_it_is_sent_by_its_button_alone() -> None:
    """So that the form of a page that is added later cannot forget it."""
    careless = [
        (file.name, action)
        for file in sorted(TEMPLATES.glob("*.html"))
        for action, text in forms_in(file.read_text(encoding="utf-8"))
        if FIELD.search(text) and "by_button_only.html" not in text
    ]
    assert careless == [
        ("queue.html", "'/queue'"),
        ("registrations.html", "'/registrations'"),
        ("sign_in.html", "'/sign-in'"),
    ]


def forms_in(template: str) -> list[tuple[str, str]]:
    """Each form of a template: its action as written, and everything in it."""
    found, unclosed = [], []
    for call in CALL.finditer(template):
        if call[1] == "call":
            unclosed.append(call)
        elif (opened_by := unclosed.pop())[2] is not None:
            found.append((opened_by[2], template[opened_by.end() : call.start()]))
    return found


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


async def sign_in(house: House, page: Page) -> None:
    await page.goto(str(house.client.make_url("/sign-in")))
    await page.get_by_label("職員ID").fill("hana")
    await page.get_by_label("パスワード").fill(PASSWORD)
    # Here Enter is what people press.
    await page.get_by_label("パスワード").press("Enter")
    await page.wait_for_url("**/queue")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_enter_in_any_field_sends_nothing(house: House, chromium: Browser, scripts: bool) -> None:
    named = await set_up(house)
    async with opened(chromium, 1280, scripts=scripts) as page:
        await sign_in(house, page)
        for path, mode, place in PAGES.values():
            await page.goto(str(house.client.make_url(path.format(**named))))
            if mode:
                await page.locator(f"label[for={mode[1:]}]").click()
            for folded in await page.locator(f"{place} details:not([open]) > summary").all():
                await folded.click()
            before, posted = await everything(house), await refusals(house)
            fields = [each for each in await page.locator(f"{place} {ENTERED}").all() if await each.is_visible()]
            assert fields or place == ".for-reject", place
            for field in fields:
                if await field.get_attribute("type") != "checkbox":
                    await field.fill("2026-12-20" if await field.get_attribute("type") == "date" else "1")
                await field.press("Enter")
            # Had any of them been sent, this page would be gone, and the answer to the next request came after it.
            await page.evaluate("1")
            assert page.url.endswith(path.format(**named)), place
            assert (await everything(house), await refusals(house)) == (before, posted), place


async def refusals(house: House) -> int:
    return len(await house.rows("SELECT FROM audit WHERE action = 'refused'"))


@pytest.mark.parametrize("width", [820, 1280])
async def test_an_image_is_destroyed_only_after_it_was_asked_for_on_a_page_of_its_own(
    house: House, chromium: Browser, width: int
) -> None:
    named = await set_up(house)
    async with opened(chromium, width, scripts=False) as page:
        await sign_in(house, page)
        await page.goto(str(house.client.make_url("/cases/{case}/documents/{document}/mask".format(**named))))
        await page.get_by_role("link", name="この画像を消去する").click()
        assert await page.locator("h1").inner_text() == "運転免許証（表面）を消去しますか"
        await look(page, "staff-destruction")
        await page.get_by_role("link", name="消去しない").click()
        await page.wait_for_url("**/mask")
        assert house.vault.asked == []
        await page.get_by_role("link", name="この画像を消去する").click()
        await page.get_by_role("button", name="消去して撮り直しを依頼").click()
        await page.wait_for_url("**?done=1")
        assert house.vault.asked == [{"why": "individual_number"}]
    assert (await use_cases.get_case(house.review, UUID(named["case"]))).case.status == "correction_requested"
