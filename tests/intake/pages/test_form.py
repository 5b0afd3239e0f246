"""What the form asks of whom, without a script: a guardian, the towns of a postal code, and what it keeps."""

import re
from collections.abc import Awaitable, Callable

import pytest

from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident

Apply = Callable[..., Awaitable[Page]]


def asks_guardian(page: Page) -> bool:
    section = page.html[page.html.index('id="guardian"') :]
    return " hidden" not in section[: section.index(">")]


@pytest.mark.parametrize(("year", "month", "day", "asked"), [("23", "4", "1", False), ("23", "4", "2", True)])
async def test_the_guardian_is_asked_for_exactly_when_the_school_year_says_so(
    browser: Browser, apply: Apply, year: str, month: str, day: str, asked: bool
) -> None:
    assert not asks_guardian(await browser.get("/apply?kind=new"))
    page = await apply(birth_year=year, birth_month=month, birth_day=day)
    assert (page.url == "/apply/confirm") is not asked
    assert asks_guardian(await browser.get("/apply?kind=new")) is asked


@pytest.mark.parametrize(
    "label",
    [
        "お名前（カタカナ） お子さまのお名前（カタカナ） ※必須（お名前がローマ字の方は空欄で結構です）",
        "保護者の続柄（カードを使う方から見て） ※任意",
        "会社または学校名 ※必須",
        "会社または学校所在地 ※必須",
    ],
)
async def test_a_field_says_of_whom_it_is_needed(browser: Browser, label: str) -> None:
    assert label in (await browser.get("/apply?kind=new")).text


@pytest.mark.parametrize(("filled_by", "hidden"), [("guardian", "お名前"), ("self", "お子さまのお名前")])
async def test_the_words_of_the_form_are_those_of_who_types_also_where_the_style_sheet_cannot_tell(
    browser: Browser, apply: Apply, filled_by: str, hidden: str
) -> None:
    page = await apply(filled_by=filled_by, name="")
    assert re.search(rf'<span class="(?:own|childs) off">{hidden}</span>', page.html)


async def test_the_only_town_of_a_code_begins_the_address(browser: Browser, apply: Apply) -> None:
    page = await apply(postal_code="862-0971", address="大江6-1-74", find="1", name="")
    assert (page.status, page.messages, page.form("/apply").fields["address"]) == (
        200,
        {},
        "熊本県熊本市中央区大江6-1-74",
    )
    assert "続けて、番地や建物名を入力してください。" in page.text


async def test_of_several_towns_one_is_chosen_and_the_number_stays(browser: Browser, apply: Apply) -> None:
    page = await apply(postal_code="862-0941", address="", find="1")
    assert "選択してください。" in page.text
    page = await browser.send(page, "/apply", town="熊本県熊本市東区出水", find="1")
    assert page.form("/apply").fields["address"] == "熊本県熊本市東区出水"
    page = await browser.send(page, "/apply", address="熊本県熊本市東区出水3-4", town="熊本県熊本市中央区出水")
    assert (page.url, "熊本県熊本市中央区出水3-4" in page.text) == ("/apply/confirm", True)


@pytest.mark.parametrize(
    ("postal_code", "said"),
    [
        ("999-9999", "この番号の住所が見つかりません。"),
        ("860-8601", "会社や役所の番号です。"),
        ("86", "見つかりません"),
    ],
)
async def test_a_code_that_names_no_town_blocks_nothing(apply: Apply, postal_code: str, said: str) -> None:
    page = await apply(postal_code=postal_code, address="大江1", find="1")
    assert (said in page.text, page.form("/apply").fields["address"]) == (True, "大江1")
    if postal_code != "86":
        assert (await apply(postal_code=postal_code)).url == "/apply/confirm"


async def test_a_town_that_the_code_does_not_have_is_not_taken(apply: Apply) -> None:
    page = await apply(town="東京都港区", address="熊本市中央区大江1")
    assert "東京都港区" not in page.text


async def test_what_is_kept_for_later_is_there_later_but_for_the_password(house: House, browser: Browser) -> None:
    page = await browser.get("/apply?kind=new")
    page = await browser.send_elsewhere(page, "/apply", "/apply/draft", **resident(phone="", consent=None))
    assert (page.url, "11月29日（日）まで続きを入力できます" in page.text) == ("/apply?kind=new&kept=1", True)
    form = page.form("/apply").fields
    assert (form["name"], form["phone"], form["password"], "consent" in form) == ("水前寺　　花子", "", "", False)
    async with house.intake.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM drafts WHERE password_hash IS NOT NULL") == 0


async def test_a_page_left_open_in_another_tab_hides_no_result(house: House, browser: Browser, apply: Apply) -> None:
    left = await browser.get("/apply?kind=new")
    await browser.send(await apply(), "/apply/register")
    await browser.send_elsewhere(left, "/apply", "/apply/draft", name="だれか")
    assert (await browser.get("/apply/done")).heading == "仮登録ができました"
    assert await house.rows("drafts") == 2, "what is typed there is kept, too"


async def test_a_category_that_the_addresses_speak_against_is_asked_about_and_kept(apply: Apply) -> None:
    page = await apply(address="福岡県福岡市博多区1-1")
    assert (page.url, "利用区分は正しいですか" in page.text, "熊本市在住" in page.text) == (
        "/apply/confirm",
        True,
        True,
    )
    assert "利用区分は正しいですか" not in (await apply()).text


async def test_the_day_of_the_result_follows_the_queue_and_the_opening_days(house: House, apply: Apply) -> None:
    assert "11月29日（日）ごろまでに" in (await apply()).text
    async with house.intake.db.connection() as conn:
        await conn.execute("""
            INSERT INTO applications (id, receipt_number, status, kind, language, filled_by, fields, fields_received,
                                      email_key, password_hash, consent_version, consented_at, received_at)
            SELECT gen_random_uuid(), n::text, 'submitted', 'new', 'ja', 'self', '{}', '{}', '', '', '', now(), now()
              FROM generate_series(1, 900) AS n
        """)
    assert "12月13日（日）ごろまでに" in (await apply()).text
