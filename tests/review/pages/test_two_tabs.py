"""Two tabs of one browser: the form of the first acts neither as somebody else nor on something else."""

from typing import Any

import pytest

from chassis.web.routes import CSRF_FORM, NOTHING
from services.review.pages import ROUTES
from tests.review.conftest import House
from tests.review.pages.conftest import Answer, Browser
from tests.review.pages.scenes import FORMS, TYPED, Form, set_up

#: Everything but who is signed in, since when, and what they tried.
TABLES = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_name NOT IN ('audit', 'sessions', 'sign_in_attempts') ORDER BY table_name
"""
each_form = pytest.mark.parametrize(("route", "form"), FORMS.items(), ids=FORMS)


async def everything(house: House) -> list[Any]:
    tables = [row["table_name"] for row in await house.rows(TABLES)]
    rows = [sorted(map(str, await house.rows(f"SELECT * FROM {table}"))) for table in tables]
    return [*rows, list(house.vault.asked), sorted(house.vault.images)]


async def open_page(browser: Browser, form: Form, named: dict[str, str]) -> None:
    """A card is found by its number, which is in no address."""
    if form.page:
        assert (await browser.get(form.page.format(**named))).status == 200
    else:
        await browser.get("/registrations")
        await browser.post("/registrations", {"card_number": named["card"]})


def test_each_form_of_the_table_of_routes_is_tried_and_says_what_it_acts_on() -> None:
    taking = {route.path: route.acts_on for route in ROUTES if route.csrf == CSRF_FORM}
    assert taking.pop("/sign-in") == NOTHING
    assert taking.keys() == FORMS.keys()
    assert set(taking.values()) == {"staff", "case", "document", "registration"}


@each_form
async def test_a_form_of_another_accounts_page_does_nothing_and_names_both(
    staff: Browser, house: House, route: str, form: Form
) -> None:
    named = await set_up(house)
    await open_page(staff, form, named)
    page_of = staff.page_of
    await staff.sign_in("taro")
    before = await everything(house)
    answer = await staff.post(form.action.format(**named), {**form.fields, "page_of": page_of})
    assert answer.status == 409, route
    assert "この画面を開いたのは hana さんで、いまログインしているのは taro さんです" in answer.text
    assert (TYPED in answer.html) == form.typed
    assert await everything(house) == before
    # What the answer shows is taro's own page: sent again it is taro who asks.
    assert (await send(staff, form, named)).status != 403


async def send(browser: Browser, form: Form, named: dict[str, str]) -> Answer:
    return await browser.post(form.action.format(**named), form.fields)


@each_form
async def test_a_form_that_names_no_page_does_nothing(staff: Browser, house: House, route: str, form: Form) -> None:
    named = await set_up(house)
    await open_page(staff, form, named)
    before = await everything(house)
    answer = await staff.post(form.action.format(**named), {**form.fields, "page_of": ""})
    assert (answer.status, "どの画面から送信されたのか分かりませんでした" in answer.text) == (409, True), route
    assert await everything(house) == before


@pytest.mark.parametrize("route", [path for path in FORMS if path.startswith("/cases/{id}") and "claim" not in path])
async def test_a_form_of_another_cases_page_does_nothing_and_names_it(staff: Browser, house: House, route: str) -> None:
    named = await set_up(house)
    await open_page(staff, FORMS[route], named)
    page_of = staff.page_of
    own = named["correcting"] if "correcting" in FORMS[route].action else named["case"]
    receipts = await house.rows(
        "SELECT id, receipt_number FROM cases WHERE id::text IN ($1, $2)", own, named["waiting"]
    )
    number = next(row["receipt_number"] for row in receipts if str(row["id"]) == own)
    before = await everything(house)
    action = FORMS[route].action.replace("{case}", "{waiting}").replace("{correcting}", "{waiting}").format(**named)
    answer = await staff.post(action, {**FORMS[route].fields, "page_of": page_of})
    assert (answer.status, f"この画面は {number} のもので" in answer.text) == (409, True)
    assert await everything(house) == before


@each_form
async def test_the_own_form_is_taken(staff: Browser, house: House, route: str, form: Form) -> None:
    named = await set_up(house)
    await open_page(staff, form, named)
    assert (await send(staff, form, named)).status in (200, 303, 422), route
