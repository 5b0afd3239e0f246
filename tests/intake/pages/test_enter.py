"""Nothing that withdraws, erases, removes or forgets is sent by Enter in a field: its form has no field to press it in."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.end_to_end.browser import launched, opened
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.people import EMAIL

TEMPLATES = Path(__file__).parents[3] / "services" / "intake" / "templates"
#: Forms that one may type into. Enter in them does what their button says: anything added here is a decision.
TYPED_INTO = {
    "again",
    "path",
    "'/application'",
    "'/application/corrections'",
    "'/application/details'",
    "'/application/documents?' ~ form_query(",
    "'/eligibility?kind=' ~ kind",
    "'/link-requests'",
    "'/password-resets'",
    "'/sign-in'",
    "{{ sent.action }}",
}
#: Where else a button of a form sends it.
ELSEWHERE = {"'/apply/draft'", "again ~ '#postal_code'"}
DESTROYS = ("withdraw", "erase", "removal", "forget", "/end", "sign-out")
_FIELD = re.compile(r"ui\.field_|parts\.boxes|parts\.expiry_notice|<(?:select|textarea)|<input(?![^>]*type=\"hidden\")")


def forms() -> list[tuple[str, str]]:
    """(action, what stands in it) of each form of each template; a form ends where the next begins, or its page."""
    found = []
    for template in sorted(TEMPLATES.glob("*.html")):
        source = template.read_text()
        starts = [*re.finditer(r"\{% call ui\.form\(([^,)]*)|<form[^>]* action=\"([^\"]+)\"", source)]
        for start in starts:
            found.append((start[1] or start[2], _inside(source, start.start())))
    return found


def _inside(source: str, start: int) -> str:
    """From here to the end of the form, whose calls are nested."""
    if source.startswith("<form", start):
        return source[start : source.index("</form>", start)]
    depth = 0
    for tag in re.finditer(r"\{% (call|endcall)\b", source[start:]):
        depth += 1 if tag[1] == "call" else -1
        if depth == 0:
            return source[start : start + tag.start()]
    raise AssertionError(source[start : start + 80])


def test_only_these_forms_can_be_typed_into() -> None:
    typed_into = {action for action, inside in forms() if _FIELD.search(inside)}
    assert typed_into == TYPED_INTO
    assert [action for action in typed_into if any(word in action for word in DESTROYS)] == []


def test_what_destroys_has_a_form_of_its_own() -> None:
    actions = [action for action, _ in forms()]
    assert [word for word in DESTROYS if not any(word in action for action in actions)] == []
    sources = "".join(template.read_text() for template in TEMPLATES.glob("*.html"))
    elsewhere = set(re.findall(r"'?formaction'?\s*[:=]\s*([^,}]+)", sources))
    assert elsewhere == ELSEWHERE


def test_a_button_that_destroys_stands_in_no_form_that_one_types_into() -> None:
    assert [action for action, inside in forms() if "kind='danger'" in inside and _FIELD.search(inside)] == []


async def test_enter_on_the_page_that_asks_withdraws_nothing_and_its_button_does(house: House) -> None:
    application = await house.submitted()
    async with launched() as chromium, opened(chromium, scripts=False) as page:
        await page.goto(str(house.client.make_url(f"/continue/{application.id}")))
        await page.fill("#email", EMAIL)
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/application")
        await page.goto(str(house.client.make_url("/application/withdraw")))
        await page.locator("main").focus()
        await page.keyboard.press("Enter")
        await page.locator("h1").click()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="申請を取り下げますか")).to_be_visible()
        assert (await house.application(application.id)).withdrawal_requested_at is None
        await page.get_by_role("button", name="取り下げる", exact=True).press("Enter")
        await page.wait_for_url("**/application")
        assert (await house.application(application.id)).withdrawal_requested_at is not None
