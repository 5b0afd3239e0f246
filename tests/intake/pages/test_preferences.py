"""The consent on the form, and the settings on the page of the status, without a script."""

from collections.abc import Awaitable, Callable

import pytest

from chassis.testing import heard
from services.intake import use_cases
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident
from tests.intake.pages.test_languages import switch

Apply = Callable[..., Awaitable[Page]]
Enter = Callable[[Application], Awaitable[Page]]
SETTINGS = "/application"


async def chosen(house: House, application: Application) -> tuple[str, bool]:
    applicant = (await house.application(application.id)).applicant
    return applicant.language, applicant.expiry_notice


async def test_who_is_not_signed_in_sets_nothing(house: House, browser: Browser) -> None:
    await house.receive()
    token = (await browser.get("/apply")).form("/apply").fields["csrf_token"]
    assert (await browser.post(SETTINGS, {"csrf_token": token, "language": "en"})).status == 401
    assert await house.events("application.contact_changed.v1") == []


async def test_another_site_sets_nothing(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive())
    assert (await browser.post(SETTINGS, {"language": "en", "expiry_notice": "true"})).status == 403
    assert await house.events("application.contact_changed.v1") == []


async def test_a_field_that_the_form_has_not_is_refused(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive())
    page = await browser.send(await browser.get("/application"), SETTINGS, email="x@example.jp", language="en")
    assert (page.status, await house.events("application.contact_changed.v1")) == (422, [])


async def test_a_language_that_is_none_is_said_beside_its_field_and_in_the_summary(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    await enter(application)
    page = await browser.send(await browser.get("/application"), SETTINGS, language="tlh", expiry_notice="true")
    said = "ことばを選択し直してください。"
    assert (page.status, page.messages, page.summary) == (422, {"language": said}, [said])
    assert page.title.startswith("エラー：")
    assert await chosen(house, application) == ("ja", False)


async def test_the_form_begins_with_what_is_so_now(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive(language="en", expiry_notice=True))
    fields = (await browser.get("/application")).form(SETTINGS).fields
    assert {name: fields[name] for name in fields if name not in ("csrf_token", "page_of")} == {
        "language": "en",
        "expiry_notice": "true",
    }


async def test_what_is_saved_is_said_once_and_stands_there_afterwards(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    await enter(application)
    page = await browser.send(await browser.get("/application"), SETTINGS, language="ko", expiry_notice="true")
    assert (page.url, page.html.count('role="status"')) == ("/application?preferences=1", 1)
    assert "お知らせの設定を保存しました" in page.text
    assert await chosen(house, application) == ("ko", True)
    page = await browser.get("/application")
    assert "お知らせの設定を保存しました" not in page.text
    assert page.form(SETTINGS).fields["language"] == "ko"


async def test_a_box_that_is_no_longer_ticked_takes_the_consent_back(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive(expiry_notice=True)
    await enter(application)
    await browser.send(await browser.get("/application"), SETTINGS, expiry_notice=None)
    assert await chosen(house, application) == ("ja", False)


async def test_after_the_approval_the_settings_are_still_there(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    page = await enter(application)
    await browser.send(page, SETTINGS, expiry_notice="true")
    assert await chosen(house, application) == ("ja", True)


async def test_of_what_was_withdrawn_nothing_is_set_any_more(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.proven()
    await use_cases.withdraw(house.intake, application.id)
    page = await enter(application)
    assert SETTINGS not in [form.action for form in page.forms]


async def test_changing_the_language_of_the_page_keeps_what_was_chosen(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    await enter(application)
    page = await browser.get("/application")
    # The languages of the header are buttons of the page's first form.
    assert 'id="page-form" action="/application"' in page.html
    page = await switch(browser, page, SETTINGS, "en", language="zh", expiry_notice="true")
    fields = page.form(SETTINGS).fields
    assert (page.heading, fields["language"], fields["expiry_notice"]) == ("Your application", "zh", "true")
    assert await chosen(house, application) == ("ja", False)


async def test_who_has_it_erased_is_told_what_stays_for_the_notice(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted(expiry_notice=True)
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    await enter(application)
    stays = "メールアドレスだけは、カードの有効期限まで残ります。"
    assert stays in (await browser.get("/application/erase")).text
    await use_cases.change_preferences(house.intake, application.id, None, False)
    assert stays not in (await browser.get("/application/erase")).text


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
