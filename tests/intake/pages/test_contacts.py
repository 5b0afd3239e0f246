"""A mistyped address on the result page, a changed one after signing in."""

from collections.abc import Awaitable, Callable

from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page

NEW = "hanako@example.jp"
Apply = Callable[..., Awaitable[Page]]
Enter = Callable[[Application], Awaitable[Page]]


async def registered(browser: Browser, apply: Apply) -> Page:
    page = await apply()
    return await browser.send(page, "/apply/register")


async def test_who_has_just_registered_mends_the_address_on_the_result_page(
    house: House, browser: Browser, apply: Apply
) -> None:
    page = await registered(browser, apply)
    page = await browser.get(next(link for link in page.links if link.startswith("/apply/email?draft=")))
    page = await browser.send(page, "/apply/email", email="hanako")
    assert (page.status, list(page.messages), page.form("/apply/email").fields["email"]) == (422, ["email"], "hanako")
    page = await browser.send(page, "/apply/email", email=NEW)
    assert page.url.startswith("/apply/done")
    assert "メールアドレスを変更しました" in page.text
    assert f"{NEW} に届いたメール" in page.text
    assert [event.data["email"] for event in await house.events("application.contact_changed.v1")] == [NEW]


async def test_nobody_else_mends_it(house: House, browser: Browser) -> None:
    await house.receive()
    page = await browser.send(await browser.get("/apply/email"), "/apply/email", email=NEW)
    assert page.status == 404
    assert await house.events("application.contact_changed.v1") == []


async def test_once_proven_the_result_page_mends_no_more(house: House, browser: Browser, apply: Apply) -> None:
    page = await registered(browser, apply)
    form = await browser.get("/apply/email")
    [event] = await house.events("application.received.v1")
    path = str(event.data["link"]).removeprefix(house.intake.public_url)
    page = await browser.send(await browser.get(path), "/sign-in", email="hana@example.jp", password=PASSWORD)
    assert page.url == "/application/documents"
    assert "/apply/email" not in (await browser.get("/apply/done")).links
    await browser.send(form, "/apply/email", email=NEW)
    assert await house.events("application.contact_changed.v1") == []


async def test_after_signing_in_it_is_changed_with_the_password(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive())
    page = await browser.get("/application")
    assert "/application/email" in page.links
    page = await browser.get("/application/email")
    assert "Hana@example.jp" in page.text
    page = await browser.send(page, "/application/email", email=NEW, password="wrong1")
    assert (page.status, page.messages) == (422, {"password": "パスワードが違います。"})
    assert "Hana@example.jp" in page.text
    page = await browser.send(page, "/application/email", email=NEW, password=PASSWORD)
    assert page.url.startswith("/application")
    assert "メールアドレスを変更しました" in page.text


async def test_the_form_is_taken_with_our_token_only_and_by_who_is_signed_in(
    house: House, browser: Browser, enter: Enter
) -> None:
    assert (await browser.get("/application/email")).status == 401
    await enter(await house.receive())
    page = await browser.post("/application/email", {"email": NEW, "password": PASSWORD})
    assert page.status == 403
    assert await house.events("application.contact_changed.v1") == []
