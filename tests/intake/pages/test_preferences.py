"""The consent to be told before a card expires, on the form, without a script."""

from collections.abc import Awaitable, Callable

import pytest

from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident
from tests.intake.pages.test_languages import switch

Apply = Callable[..., Awaitable[Page]]
Enter = Callable[[Application], Awaitable[Page]]


async def test_what_is_kept_about_oneself_says_it(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive(expiry_notice=True))
    assert "有効期限のお知らせ メールで受け取る" in (await browser.get("/application/data")).text


@pytest.mark.parametrize("kind", ["new", "renewal", "change", "replacement"])
async def test_every_form_asks_and_nobody_has_agreed_before(browser: Browser, kind: str) -> None:
    page = await browser.get(f"/apply?kind={kind}")
    assert 'name="expiry_notice"' in page.html
    assert "expiry_notice" not in page.form("/apply").fields


@pytest.mark.parametrize(
    ("ticked", "shown", "said"), [(None, "受け取らない", False), ("true", "メールで受け取る", True)]
)
async def test_the_confirmation_shows_what_will_be_said(
    house: House, browser: Browser, apply: Apply, ticked: str | None, shown: str, said: bool
) -> None:
    page = await apply(expiry_notice=ticked)
    assert f"有効期限のお知らせ {shown}" in page.text
    await browser.send(page, "/apply/register")
    [received] = await house.events("application.received.v1")
    assert received.data["expiry_notice"] is said


async def test_what_is_ticked_stays_when_another_field_is_wrong_or_the_language_changes(
    browser: Browser, apply: Apply
) -> None:
    page = await apply(expiry_notice="true", phone="")
    assert (page.status, page.form("/apply").fields["expiry_notice"]) == (422, "true")
    page = await switch(browser, page, "/apply", "en")
    assert (page.heading, page.form("/apply").fields["expiry_notice"]) == ("New registration", "true")


async def test_a_draft_keeps_the_tick_until_it_is_taken_away(browser: Browser) -> None:
    page = await browser.get("/apply?kind=new")
    page = await browser.send_elsewhere(page, "/apply", "/apply/draft", **resident(expiry_notice="true"))
    assert page.form("/apply").fields["expiry_notice"] == "true"
    page = await browser.send_elsewhere(page, "/apply", "/apply/draft", expiry_notice=None)
    assert "expiry_notice" not in page.form("/apply").fields


@pytest.mark.parametrize("wanted", [True, False])
async def test_one_more_of_the_family_begins_with_the_same_choice(
    house: House, browser: Browser, enter: Enter, wanted: bool
) -> None:
    await enter(await house.submitted(expiry_notice=wanted))
    page = await browser.send(await browser.get("/application"), "/application/family")
    assert ("expiry_notice" in page.form("/apply").fields) is wanted
