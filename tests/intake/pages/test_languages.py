"""Five languages: which one a page gets, and that changing it loses nothing of what was typed."""

import re

import pytest

from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident

HEADINGS = {
    "ja": "図書館カードを、おうちで",
    "ja-easy": "図書館（としょかん）カードを、おうちで",
    "en": "Your library card, from home",
    "zh": "在家办理借书卡",
    "ko": "도서관 카드를 집에서",
}
HTML_LANG = {"ja": "ja", "ja-easy": "ja", "en": "en", "zh": "zh-Hans", "ko": "ko"}


async def ask(house: House, path: str, accept: str) -> str:
    async with house.client.get(path, headers={"Accept-Language": accept}) as response:
        return await response.text()


async def switch(browser: Browser, page: Page, action: str, language: str, /, **typed: str | None) -> Page:
    """Type into the form of `page` and press a language in the header."""
    [target] = set(re.findall(r'formaction="(/language[^"]*)"', page.html))
    fields = {**page.form(action).fields, **typed, "lang": language}
    return await browser.post(target, {name: value for name, value in fields.items() if value is not None})


@pytest.mark.parametrize("code", HEADINGS)
async def test_the_first_page_in_each_language(browser: Browser, code: str) -> None:
    page = await browser.get(f"/?lang={code}")
    assert re.search('<html lang="([^"]*)"', page.html)[1] == HTML_LANG[code]  # type: ignore[index]
    assert page.heading == HEADINGS[code]
    assert (await browser.get("/sign-in")).html.count('aria-current="true"') == 1
    assert (await browser.get("/")).heading == HEADINGS[code]


@pytest.mark.parametrize(
    ("accept", "html_lang"),
    [
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("fr;q=0.9, ko-KR;q=0.8", "ko"),
        ("zh-TW", "zh-Hans"),
        ("fr", "ja"),
        ("ja", "ja"),
        ("en;q=0, *", "ja"),
        (";;q=,,x" * 20, "ja"),
    ],
)
async def test_a_browser_is_answered_in_a_language_that_it_asks_for(house: House, accept: str, html_lang: str) -> None:
    assert f'<html lang="{html_lang}">' in await ask(house, "/", accept)


async def test_easy_japanese_has_readings_above_words_and_in_brackets_where_html_takes_no_elements(
    browser: Browser,
) -> None:
    page = await browser.get("/?lang=ja-easy")
    assert "<ruby>図書館<rp>（</rp><rt>としょかん</rt><rp>）</rp></ruby>" in page.html
    assert page.title.endswith("利用者登録（りようしゃとうろく）｜熊本市立図書館（くまもとしりつとしょかん）")
    assert not re.search("[\ufff9-\ufffb{|}]", page.html)


async def test_an_unknown_language_changes_nothing(browser: Browser) -> None:
    assert (await browser.get("/?lang=xx")).heading == HEADINGS["ja"]
    page = await browser.get("/sign-in")
    assert (await switch(browser, page, "/sign-in", "xx")).heading == "ログイン"


async def test_changing_the_language_keeps_all_that_was_typed_into_the_form(browser: Browser) -> None:
    page = await browser.get("/apply")
    page = await switch(browser, page, "/apply", "en", **resident(email="hana@example", organisation_name="<会社>"))
    assert (page.url.partition("?")[0], page.heading) == ("/apply", "New registration")
    typed = resident(email="hana@example", organisation_name="<会社>", password="", birth_day="12")
    fields = page.form("/apply").fields
    assert {name: fields[name] for name in typed} == typed
    assert "Password: set" in page.text
    assert page.messages == {}


async def test_changing_the_language_keeps_what_was_typed_to_sign_in_but_for_the_password(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    page = await switch(
        browser, page, "/sign-in", "ko", application="K7Q4<", email="花@example.jp", password="a secret of mine"
    )
    assert (page.url, page.heading) == ("/sign-in", "로그인")
    fields = page.form("/sign-in").fields
    assert (fields["application"], fields["email"], fields["password"]) == ("K7Q4<", "花@example.jp", "")
    again = (await browser.get("/sign-in")).form("/sign-in").fields
    assert (again["application"], again["email"]) == ("", "")


async def test_what_was_typed_on_one_page_does_not_appear_on_another(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    target = re.findall(r'formaction="(/language[^"]*)"', page.html)[0].replace("sign-in", "password-resets")
    fields = {**page.form("/sign-in").fields, "email": "hana@example.jp", "lang": "en"}
    await browser.post(target, fields)
    assert "hana@example.jp" not in (await browser.get("/sign-in")).html


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\r\nX: y"])
async def test_the_way_back_never_leads_to_another_site(house: House, browser: Browser, to: str) -> None:
    fields = {**(await browser.get("/sign-in")).form("/sign-in").fields, "lang": "en"}
    async with house.client.post("/language", params={"to": to}, data=fields, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/")


async def test_another_site_cannot_change_the_language(browser: Browser) -> None:
    assert (await browser.post("/language?to=/", {"lang": "en"})).status == 403


async def test_errors_are_said_in_the_language_of_the_page(browser: Browser) -> None:
    await browser.get("/?lang=zh")
    page = await browser.get("/apply")
    page = await browser.send(page, "/apply", **resident(birth_month="13", address=""))
    assert page.status == 422
    assert page.messages["address"].endswith("请填写住址。")
    assert page.messages["birth_date"].endswith("该日期不存在。请确认出生日期。")


async def test_the_mails_will_be_in_the_language_in_which_the_form_was_filled_in(
    house: House, browser: Browser
) -> None:
    await browser.get("/?lang=en")
    page = await browser.send(await browser.get("/apply"), "/apply", **resident())
    page = await switch(browser, page, "/apply/register", "ja-easy")
    page = await browser.send(page, "/apply/register")
    [received] = await house.events("application.received.v1")
    assert (page.url, received.data["language"]) == ("/apply/done", "ja-easy")


async def test_programs_are_answered_in_the_language_they_accept(house: House) -> None:
    body = {"email": "hana@example.jp", "password": "wrong one", "application": "K7Q4-M2XH-9ABC"}
    said = {}
    for accept in ("en", "ko", "fr"):
        headers = {"Accept-Language": accept}
        async with house.client.post("/api/v1/sessions", json=body, headers=headers) as response:
            said[accept] = (response.headers["Content-Language"], (await response.json())["detail"])
    assert said == {
        "en": ("en", "The e-mail address, the password or the receipt number is wrong."),
        "ko": ("ko", "메일 주소, 비밀번호, 접수번호 중 하나가 다릅니다."),
        "fr": ("ja", "メールアドレス、パスワード、受付番号のいずれかが違います。"),
    }


async def test_enter_in_a_field_sends_the_form_and_changes_no_language(browser: Browser) -> None:
    html = (await browser.get("/sign-in")).html
    assert html.index('<button form="page-form" hidden>') < html.index('name="lang"')


async def test_a_question_that_was_asked_step_by_step_stands_as_it_stood(browser: Browser) -> None:
    page = await browser.get("/eligibility?kind=new")
    page = await browser.send(page, "/eligibility", postal_code="810-0001")
    page = await switch(browser, page, "/eligibility", "en", affiliation="work", organisation="860-86")
    asked = "Do you work in Kumamoto City, or go to school in Kumamoto City?"
    assert (page.url, page.heading) == ("/eligibility?kind=new", asked)
    fields = page.form("/eligibility").fields
    assert {name: fields[name] for name in ("postal_code", "affiliation", "organisation")} == {
        "postal_code": "810-0001",
        "affiliation": "work",
        "organisation": "860-86",
    }
    page = await browser.send(page, "/eligibility", organisation="860-8601")
    assert page.url == "/apply?kind=new"
