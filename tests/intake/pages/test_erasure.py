"""Erasing what has ended, from the status page."""

from collections.abc import Awaitable, Callable

from services.intake import use_cases
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]


async def test_what_has_ended_can_be_erased_and_says_when_it_would_be(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    await enter(application)
    assert "/application/erase" not in (await browser.get("/application")).links
    assert (await browser.get("/application/erase")).url == "/application"
    await use_cases.withdraw(house.intake, application.id)
    page = await browser.get("/application")
    assert "申請の内容は、2026年12月22日に消去します。" in page.text
    page = await browser.get("/application/erase")
    assert page.heading == "申請の内容を消去しますか"
    assert (await browser.post("/application/erase", {})).status == 403
    done = await browser.send(page, "/application/erase")
    assert (done.url, done.heading) == ("/erased", "申請の内容を消去しました")
    assert (await browser.get("/application")).status == 401
    assert (await browser.send(page, "/application/erase")).status == 401
