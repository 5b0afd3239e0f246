"""The empty form is rendered once for everybody; what is one browser's own is never in it."""

import pytest

from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident


def token(page: Page) -> str:
    return page.form("/apply").fields["csrf_token"]


async def test_every_answer_has_a_token_of_its_own_and_nothing_else(browser: Browser) -> None:
    first, second = await browser.get("/apply"), await browser.get("/apply")
    assert token(first) != token(second)
    assert first.html.replace(token(first), "") == second.html.replace(token(second), "")


async def test_the_token_of_a_form_that_was_rendered_for_another_is_taken(house: House, browser: Browser) -> None:
    await browser.get("/apply")
    house.client.session.cookie_jar.clear()
    sent = await browser.send(await browser.get("/apply"), "/apply", **resident())
    assert sent.url == "/apply/confirm"


async def test_what_one_browser_typed_is_on_no_page_of_another(house: House, browser: Browser) -> None:
    empty = await browser.get("/apply")
    await browser.send(empty, "/apply", **resident(name=""))
    house.client.session.cookie_jar.clear()
    theirs = await browser.get("/apply")
    assert theirs.html.replace(token(theirs), "") == empty.html.replace(token(empty), "")


async def test_each_language_and_each_kind_has_its_own(browser: Browser) -> None:
    pages = [await browser.get(path) for path in ("/apply", "/apply?kind=renewal", "/apply?lang=en", "/apply")]
    assert len({page.title for page in pages[:3]}) == 3
    assert pages[3].title == pages[2].title, "the language that was chosen stays"


@pytest.mark.parametrize("query", ["kind=evil", "kind=new&kind=evil", "kind=renewal%22%3E", "draft=evil", "KIND=evil"])
async def test_what_somebody_put_into_the_address_is_on_no_page_of_another(browser: Browser, query: str) -> None:
    await browser.get(f"/apply?{query}")
    for path in ("/apply", "/apply?kind=new", "/apply?kind=renewal"):
        page = await browser.get(path)
        assert ("evil" in page.html, "renewal%22" in page.html) == (False, False), path
