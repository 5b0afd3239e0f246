"""Mending one's own slips on the pages, until the decision; and seeing what was changed."""

from collections.abc import Awaitable, Callable

from chassis.testing import heard
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]


async def test_one_field_is_mended_while_staff_look_and_before_and_after_are_shown(
    house: House, browser: Browser, enter: Enter
) -> None:
    page = await enter(await house.submitted())
    link = next(link for link in page.links if "field=phone" in link)
    form = await browser.get(link)
    assert set(form.form("/application/details").fields) == {"csrf_token", "page_of", "phone"}
    page = await browser.send(form, "/application/details", phone="０９６ー３２８ー６８４２")
    assert page.url == "/application?amended=1"
    for text in ("変更を受け付けました", "順番は変わりません", "前： 090-1234-5678 今： 096-328-6842"):
        assert text in page.text
    [told] = await house.events("application.amended.v1")
    assert list(told.data["changes"]) == ["phone"]


async def test_a_fault_keeps_what_was_typed_and_asks_for_what_follows(
    house: House, browser: Browser, enter: Enter
) -> None:
    await enter(await house.submitted())
    form = await browser.get("/application/details?field=category")
    page = await browser.send(form, "/application/details", category="commuter")
    assert (page.status, set(page.messages)) == (422, {"organisation_name", "organisation_address"})
    assert page.form("/application/details").fields["category"] == "commuter"
    assert await house.events("application.amended.v1") == []


async def test_who_comes_after_the_decision_is_told_that_nothing_was_saved(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    await enter(application)
    form = await browser.get("/application/details")
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    page = await browser.send(form, "/application/details", phone="0963286842")
    assert (page.url, "変更は保存していません" in page.text) == ("/application?late=1", True)
    assert (await browser.get("/application/details")).url == "/application"


async def test_a_change_that_crossed_the_decision_is_said_on_every_visit(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    await enter(application)
    await browser.send(
        await browser.get("/application/details?field=phone"), "/application/details", phone="0963286842"
    )
    decided = {"round": 1, "application_version": application.version}
    await house.deliver(heard("review.approved.v1", "review", application.id, decided))
    page = await browser.get("/application")
    assert "変更が届く前に、図書館の確認が終わりました" in page.text
    assert "前： 090-1234-5678 今： 096-328-6842" in page.text


async def test_whoever_is_asked_about_everything_opens_only_what_needs_mending(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    await house.correction(application, ("application", "call_us"))
    page = await enter(application)
    assert set(page.form("/application/corrections").fields) == {"csrf_token", "page_of", "answered"}
    form = await browser.get(next(link for link in page.links if "field=name" in link))
    page = await browser.post("/application/corrections", {**form.own, "name": "水前寺 花", "kana": "スイゼンジ ハナ"})
    assert "すべて修正していただきました" in page.text
    page = await browser.get("/application/confirm")
    assert "変更した箇所 お名前 前： 水前寺 花子 今： 水前寺 花" in page.text


async def test_a_reason_that_names_fields_opens_these_alone(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await house.correction(application, ("application", "guardian_missing"))
    page = await enter(application)
    assert set(page.form("/application/corrections").fields) == {
        "csrf_token",
        "page_of",
        "guardian_name",
        "guardian_relation",
    }
