"""The first question: who may have a card is said at once, and what was said is not asked again."""

import re

import pytest

from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

ALTERNATIVES = (
    "お住まいの市町村や都道府県の図書館をご利用ください。熊本県にお住まいの方は、熊本県立図書館もご利用いただけます。"
)
ASK_WORK = "市内で働いていますか"


async def ask(browser: Browser, **typed: str) -> Page:
    return await browser.send(await browser.get("/eligibility?kind=new"), "/eligibility", **typed)


@pytest.mark.parametrize(
    ("postal_code", "address", "category"),
    [
        ("８６２ー０９７１", "熊本県熊本市中央区大江", "熊本市在住"),
        ("861-3106", "熊本県上益城郡嘉島町上島", "連携市町村在住"),
    ],
)
async def test_the_postal_code_decides_the_category_and_begins_the_address(
    browser: Browser, postal_code: str, address: str, category: str
) -> None:
    page = await ask(browser, postal_code=postal_code)
    form = page.form("/apply").fields
    assert (page.url, form["postal_code"], form["address"]) == ("/apply?kind=new", postal_code, address)
    assert f"{category} ご住所や勤務先・学校から選択しました。" in page.text


async def test_a_town_around_that_has_no_agreement_is_for_those_who_work_or_study_here(
    house: House, browser: Browser
) -> None:
    house.clock.move(days=9)
    page = await ask(browser, postal_code="861-3106")
    assert page.heading == "熊本市内で働いていますか、熊本市内の学校に通っていますか"


async def test_the_list_in_force_is_shown_alone_with_the_library_s_own_page(house: House, browser: Browser) -> None:
    own = "https://www.library.city.kumamoto.jp/guide/160/index.html"
    former = await browser.get("/eligibility?kind=new")
    house.clock.move(days=9)
    page = await browser.get("/eligibility?kind=new")
    assert [("菊陽町" in each.text, "御船町" in each.text, own in each.links) for each in (former, page)] == [
        (True, True, False),
        (False, True, True),
    ]


async def test_a_code_of_several_towns_lets_one_choose(browser: Browser) -> None:
    page = await ask(browser, postal_code="862-0941")
    assert ("この郵便番号には2か所あります。" in page.text, page.form("/eligibility").fields["town"]) == (True, "")
    page = await browser.send(page, "/eligibility")
    assert page.messages == {"town": "お住まいの場所を選択してください。"}
    page = await browser.send(page, "/eligibility", town="熊本県熊本市東区出水")
    assert page.form("/apply").fields["address"] == "熊本県熊本市東区出水"


async def test_who_lives_elsewhere_is_asked_for_work_and_school_and_nothing_else(
    house: House, browser: Browser
) -> None:
    page = await ask(browser, postal_code="866-0861")
    assert (page.status, ASK_WORK in page.text, ALTERNATIVES in page.messages) == (200, True, False)
    page = await browser.send(page, "/eligibility")
    assert page.messages == {"affiliation": "市内で働いているか、市内の学校に通っているかを選択してください。"}
    page = await browser.send(page, "/eligibility", affiliation="work")
    assert page.messages == {"organisation": "会社や学校の住所か郵便番号を入力してください。"}
    page = await browser.send(page, "/eligibility", affiliation="work", organisation="860-8601")
    form = page.form("/apply").fields
    assert form["category"] == "commuter"
    assert form["organisation_name"] == "熊本市役所"
    assert form["organisation_address"].startswith("熊本県熊本市中央区手取本町1-1")
    assert form["address"].startswith("熊本県八代市")


async def test_work_and_school_are_a_question_of_their_own_in_the_words_of_the_policy(browser: Browser) -> None:
    page = await ask(browser, postal_code="836-0000")
    assert page.heading == "熊本市内で働いていますか、熊本市内の学校に通っていますか"
    assert "お住まい 福岡県大牟田市 修正する" in page.text
    assert "お住まいの郵便番号" not in page.text


async def test_where_one_lives_is_mended_with_what_was_typed_and_not_read_as_an_answer(browser: Browser) -> None:
    page = await ask(browser, postal_code="836-0000")
    page = await browser.send(page, "/eligibility", mend="1")
    form = page.form("/eligibility").fields
    assert (page.heading, page.messages, form["postal_code"]) == ("どちらにお住まいですか", {}, "836-0000")
    page = await browser.send(page, "/eligibility", postal_code="862-0971")
    assert page.form("/apply").fields["category"] == "resident"


async def test_a_town_of_several_is_mended_among_them(browser: Browser) -> None:
    page = await ask(browser, postal_code="452-0961")
    town = re.findall(r'<option value="([^"]+)"', page.html)[0]
    page = await browser.send(await browser.send(page, "/eligibility", town=town), "/eligibility", mend="1")
    assert (page.messages, page.form("/eligibility").fields["town"]) == ({}, town)


async def test_the_question_says_for_which_procedure_it_is(browser: Browser) -> None:
    assert "申請の種類：カードの更新" in (await browser.get("/eligibility?kind=renewal")).text


async def test_who_cannot_have_a_card_is_told_at_once_where_to_go_and_whom_to_call(
    house: House, browser: Browser
) -> None:
    page = await ask(browser, address="福岡県福岡市博多区")
    page = await browser.send(page, "/eligibility", affiliation="none")
    assert (page.status, "カードをお作りできません" in page.text, ALTERNATIVES in page.text) == (200, True, True)
    assert page.text.count(house.intake.policy.contact.phone) == 2, "in the notice, not only at the foot"
    assert await house.rows("drafts") == 0
    page = await browser.send(page, "/eligibility", affiliation="work", organisation="福岡市中央区天神1")
    assert "カードをお作りできません" in page.text
    page = await browser.send(page, "/eligibility", affiliation="school", organisation="熊本市中央区黒髪2-40-1")
    assert page.form("/apply").fields["category"] == "student"


async def test_what_the_policy_cannot_know_blocks_nobody(browser: Browser) -> None:
    page = await ask(browser, postal_code="999-9999")
    assert (page.status, "この番号の住所が見つかりません" in page.text) == (200, True)
    page = await browser.send(page, "/eligibility", address="手取本町1-1")
    form = page.form("/apply").fields
    assert (form["postal_code"], form["address"], "category" in form) == ("999-9999", "手取本町1-1", False)
    assert "選択してください" in page.text


async def test_the_code_of_an_office_is_no_home(browser: Browser) -> None:
    page = await ask(browser, postal_code="860-8601")
    assert list(page.messages) == ["postal_code"]
    assert "「熊本市役所」の番号です。" in page.messages["postal_code"]
    page = await browser.send(page, "/eligibility", address="熊本市中央区")
    assert page.form("/apply").fields["category"] == "resident"


@pytest.mark.parametrize(("typed", "field"), [({}, "postal_code"), ({"postal_code": "862"}, "postal_code")])
async def test_a_slip_is_said_beside_its_field(browser: Browser, typed: dict[str, str], field: str) -> None:
    page = await ask(browser, **typed)
    assert (page.status, list(page.messages), len(page.summary)) == (422, [field], 1)


async def test_asked_again_with_the_same_code_nothing_typed_is_lost(browser: Browser) -> None:
    page = await ask(browser, postal_code="862-0971")
    typed = {"address": "熊本県熊本市中央区大江6-1-74", "name": "山田 花", "password": "secret12"}
    await browser.send_elsewhere(page, "/apply", "/apply/draft", **typed)
    page = await ask(browser, postal_code="862-0971")
    form = page.form("/apply").fields
    assert (form["address"], form["name"], form["password"]) == ("熊本県熊本市中央区大江6-1-74", "山田 花", "")
    page = await ask(browser, postal_code="862-0950")
    assert page.form("/apply").fields["address"] == "熊本県熊本市中央区水前寺"


async def test_towns_are_answered_as_json_that_browsers_may_keep(house: House) -> None:
    async with house.client.get("/postal-codes/8620941") as response:
        assert response.headers["Cache-Control"] == "public, max-age=86400"
        assert "Set-Cookie" not in response.headers
        assert await response.json() == {
            "code": "862-0941",
            "towns": ["熊本県熊本市中央区出水", "熊本県熊本市東区出水"],
            "offices": [],
        }
    for odd in ("9999999", "x", "%00", "%ed%a0%80"):
        async with house.client.get(f"/postal-codes/{odd}") as response:
            assert (response.status, (await response.json())["towns"]) == (200, [])
