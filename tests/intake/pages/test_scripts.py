"""What the scripts of the form do, in a real browser: nothing that is typed is lost or overwritten by them."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from playwright.async_api import Browser, Page, expect

from rules.school_years import guardian_required
from tests.end_to_end.browser import launched, opened
from tests.end_to_end.people import eventually
from tests.intake.conftest import House

#: What an input method does while やまだ is typed and becomes 山田.
COMPOSE = """([id, steps, done]) => {
  const box = document.getElementById(id);
  const say = (type, data) => box.dispatchEvent(new CompositionEvent(type, { data, bubbles: true }));
  say("compositionstart", "");
  for (const step of steps) say("compositionupdate", step);
  box.value += done;
  say("compositionend", done);
  box.dispatchEvent(new InputEvent("input", { data: done, inputType: "insertCompositionText", bubbles: true }));
}"""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.fixture
async def page(house: House, chromium: Browser) -> AsyncIterator[Page]:
    async with opened(chromium) as page:
        await page.goto(str(house.client.make_url("/apply?kind=new")))
        yield page


async def test_the_guardian_appears_with_the_birth_date_by_the_servers_rule(house: House, page: Page) -> None:
    section = page.locator("#guardian")
    await expect(section).to_be_hidden()
    for era, year, month, day, born in (
        ("平成", "28", "5", "5", date(2016, 5, 5)),
        ("平成", "２３", "4", "1", date(2011, 4, 1)),
        ("西暦", "2011", "4", "2", date(2011, 4, 2)),
        ("昭和", "31", "4", "1", date(1956, 4, 1)),
        ("令和", "元", "5", "1", date(2019, 5, 1)),
    ):
        await page.locator("#birth_date").select_option(era)
        for name, text in (("year", year), ("month", month), ("day", day)):
            await page.locator(f"[name=birth_{name}]").fill(text)
        needed = guardian_required(born, house.intake.today)
        await expect(section).to_be_visible(visible=needed)
    await page.locator("[name=birth_year]").fill("いつか")
    await expect(section).to_be_visible()


async def test_the_reading_follows_the_input_method_until_one_writes_it_oneself(page: Page) -> None:
    reading = page.locator("#kana")
    await page.evaluate(COMPOSE, ["name", ["y", "や", "やm", "やま", "やまd", "やまだ", "山田"], "山田"])
    await page.locator("#name").press("Space")
    await page.evaluate(COMPOSE, ["name", ["ゔぁ", "ゔぁん"], "ヴァン"])
    await expect(reading).to_have_value("ヤマダ ヴァン")
    await reading.fill("ヤマタ")
    await page.evaluate(COMPOSE, ["name", ["はな", "花"], "花"])
    await expect(reading).to_have_value("ヤマタ")


@pytest.mark.parametrize("space", ["　", " "])
async def test_the_reading_is_apart_where_the_name_is_however_the_space_came(page: Page, space: str) -> None:
    await page.evaluate(COMPOSE, ["name", ["すいぜんじ", "水前寺"], "水前寺"])
    await page.evaluate(COMPOSE, ["name", [space], space])
    await page.evaluate(COMPOSE, ["name", ["さくら", "桜"], "桜"])
    await expect(page.locator("#kana")).to_have_value("スイゼンジ サクラ")


async def test_the_reading_of_one_word_is_one_word(page: Page) -> None:
    await page.evaluate(COMPOSE, ["name", ["すいぜんじ", "水前寺"], "水前寺"])
    await page.evaluate(COMPOSE, ["name", ["さくら", "桜"], "桜"])
    await expect(page.locator("#kana")).to_have_value("スイゼンジサクラ")


async def test_who_types_for_a_child_reads_of_the_child_as_soon_as_it_is_chosen(page: Page) -> None:
    own, childs = page.get_by_text("お名前", exact=True), page.get_by_text("お子さまのお名前", exact=True)
    await expect(own).to_be_visible()
    await expect(childs).to_be_hidden()
    await page.locator("[name=filled_by][value=guardian]").check()
    await expect(own).to_be_hidden()
    await expect(childs).to_be_visible()


async def test_the_password_is_seen_on_request_and_hidden_again_before_it_is_sent(page: Page) -> None:
    box, button = page.locator("#password"), page.get_by_role("button", name="表示する")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(box).to_have_attribute("type", "text")
    await page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    await page.get_by_role("button", name="入力内容を確認する").click()
    await expect(box).to_have_attribute("type", "password")


async def test_the_postal_code_begins_the_address_and_overwrites_nothing(page: Page) -> None:
    code, address, towns = page.locator("#postal_code"), page.locator("#address"), page.locator("#town")
    await code.fill("８６２ー０９７１")
    await expect(address).to_have_value("熊本県熊本市中央区大江")
    await address.fill("熊本県熊本市中央区大江6-1-74")
    await code.fill("862-0941")
    await expect(towns).to_be_visible()
    await expect(address).to_have_value("熊本県熊本市中央区大江6-1-74")
    await address.fill("")
    await towns.select_option("熊本県熊本市東区出水")
    await address.fill("熊本県熊本市東区出水3-4")
    await towns.select_option("熊本県熊本市中央区出水")
    await expect(address).to_have_value("熊本県熊本市中央区出水3-4")
    await code.fill("999-9999")
    await expect(page.locator(".said")).to_contain_text("見つかりません")


async def test_what_is_typed_is_kept_without_a_press_and_the_password_never(house: House, page: Page) -> None:
    await page.locator("#name").fill("山田 花")
    await page.locator("#password").fill("secret-42")
    async with page.expect_response(lambda answer: answer.url.endswith("/apply/draft")):
        await page.locator("#phone").fill("0963286842")
    await page.goto("about:blank")
    await page.goto(str(house.client.make_url("/apply?kind=new")))
    await expect(page.locator("#name")).to_have_value("山田 花")
    await expect(page.locator("#phone")).to_have_value("0963286842")
    await expect(page.locator("#password")).to_have_value("")
    async with house.intake.db.connection() as conn:
        assert "secret-42" not in await conn.fetchval("SELECT d::text FROM drafts d")


async def test_leaving_at_once_and_coming_back_finds_the_last_letter(house: House, page: Page) -> None:
    await page.locator("#name").fill("山田 花")
    await page.goto(str(house.client.make_url("/sign-in")))
    await eventually(lambda: house.rows("drafts"))
    await page.go_back()
    await expect(page.locator("#name")).to_have_value("山田 花")


async def test_a_press_while_it_is_being_kept_is_sent_after_it(house: House, page: Page) -> None:
    order: list[str] = []
    page.on("request", lambda request: order.append(request.url) if request.method == "POST" else None)
    await page.locator("#name").fill("山田 花")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.get_by_role("button", name="入力内容を確認する").dblclick()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert [url.rpartition("/apply")[2] for url in order if "/apply" in url][-1] == "?kind=new"
    assert await house.rows("drafts") == 1
    await expect(page.locator("#name")).to_have_value("山田 花")
