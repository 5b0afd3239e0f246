"""The first page says what one needs to know before beginning."""

import pytest

from tests.intake.conftest import House
from tests.intake.pages.browser import Browser
from tests.intake.pages.people import resident


async def test_the_first_question_leads_to_everything_that_is_offered(house: House, browser: Browser) -> None:
    page = await browser.get("/")
    assert (page.status, page.heading) == (200, "図書館カードを、おうちで")
    assert "図書館カードをお持ちですか" in page.text
    doors = {"/eligibility?kind=new", "/eligibility?kind=renewal", "/apply?kind=change", "/apply?kind=replacement"}
    assert {*doors, "/sign-in"} <= set(page.links)


async def test_every_page_names_telephone_counter_and_the_sender_of_mails(house: House, browser: Browser) -> None:
    contact, mail = house.intake.policy.contact, house.intake.policy.mail
    for path in ("/", "/apply", "/sign-in", "/link-requests", "/nothing", "/application"):
        page = await browser.get(path)
        missing = {
            text
            for text in (contact.phone, contact.counter["ja"], contact.hours["ja"], mail.sender_address)
            if text not in page.text
        }
        assert (path, missing) == (path, set())
        assert f"@{mail.allow_domain}" in page.text


async def test_the_sentences_of_the_guide_are_said_before_one_begins(browser: Browser) -> None:
    page = await browser.get("/")
    for sentence in (
        "ガラケー",
        "Android",
        "最短で3日から1週間程度かかります。",
        "申請が集中しているときは",
        "二重登録のチェックや住所の確認など",
        "運転免許証",
        "在留カード",
        "就労証明書",
        "公共料金の明細",
        "本登録は、職員の確認が終わってからになります。",
        "健康保険証は2025年12月1日で終わりました。",
        "余白をなくし、文字がはっきり写るように",
        "JPEG、PNG、GIF、HEIC、WebP",
    ):
        assert sentence in page.text, sentence


@pytest.mark.parametrize("path", ["/", "/apply"])
async def test_what_is_kept_why_and_how_long_is_said_where_it_is_collected(browser: Browser, path: str) -> None:
    """個人情報保護法 62条; the days are those of [retention]."""
    page = await browser.get(path)
    for sentence in (
        "本人確認書類の画像 目的：ご本人であることと、お住まいなどの確認 本登録の後：7日で消去、登録できなかったとき：30日で消去、",
        "申請の内容（お名前、住所、連絡先など） 目的：申請の確認と、そのご連絡 本登録の後：90日で消去、",
        "本登録の内容 目的：図書館の利用と、そのご連絡 カードの有効期限の後：3年で消去",
        "職員が操作した記録 目的：個人情報が正しく扱われたかの確認 操作の後：3年で消去",
    ):
        assert sentence in page.text, sentence


async def test_no_page_tells_anyone_how_wide_to_type(browser: Browser) -> None:
    for path in ("/", "/apply", "/apply?kind=renewal"):
        page = await browser.get(path)
        assert [word for word in ("全角", "半角") if word in page.html] == []


async def test_that_the_card_is_fetched_and_where_is_the_last_step_of_the_way(house: House, browser: Browser) -> None:
    handover = house.intake.policy.card_handover
    page = await browser.get("/")
    told = f"図書館カードを受け取る (これから) {handover.how['ja']} 受け取る場所：{handover.where['ja']}"
    assert told in page.text


async def test_what_was_begun_in_this_browser_is_gone_on_with_from_the_first_page(browser: Browser) -> None:
    form = await browser.get("/apply?kind=renewal")
    await browser.send_elsewhere(form, "/apply", "/apply/draft", name="山田 花")
    page = await browser.get("/")
    assert "入力途中の申請があります（カードの更新、11月29日まで） 続きを入力する 消去する" in page.text
    assert len([link for link in page.links if link.startswith("/apply?kind=renewal")]) == 1


async def test_of_several_that_were_begun_each_is_gone_on_with_and_all_are_erased(
    house: House, browser: Browser
) -> None:
    for name, kind in (("山田 花", "new"), ("山田 実", "renewal")):
        house.clock.move(minutes=1)
        await browser.send_elsewhere(await browser.get("/apply?draft="), "/apply", "/apply/draft", name=name, kind=kind)
    page = await browser.get("/")
    assert "入力途中の申請が2件あります" in page.text
    begun = [link for link in page.links if "draft=" in link]
    names = [(await browser.get(link)).form("/apply").fields["name"] for link in begun]
    assert names == ["山田 実", "山田 花"]
    await browser.send(page, "/apply/forget")
    assert await house.rows("drafts") == 0


async def test_the_first_page_says_nothing_of_who_began(browser: Browser) -> None:
    typed = resident()
    await browser.send_elsewhere(await browser.get("/apply"), "/apply", "/apply/draft", **typed)
    page = await browser.get("/")
    assert [name for name in ("name", "address", "phone", "email") if str(typed[name]) in page.text] == []


async def test_what_was_begun_is_erased_from_the_first_page(house: House, browser: Browser) -> None:
    await browser.send_elsewhere(await browser.get("/apply"), "/apply", "/apply/draft", name="山田 花")
    page = await browser.send(await browser.get("/"), "/apply/forget")
    assert (page.url, "入力途中" in page.text, await house.rows("drafts")) == ("/", False, 0)


async def test_nothing_begun_is_nothing_said(browser: Browser) -> None:
    assert "入力途中" not in (await browser.get("/")).text


async def test_what_is_registered_is_not_begun_any_more(browser: Browser) -> None:
    page = await browser.send(await browser.get("/apply"), "/apply", **resident())
    await browser.send(page, "/apply/register")
    assert "入力途中" not in (await browser.get("/")).text


async def test_the_step_where_one_is_is_named_beside_its_number(browser: Browser) -> None:
    assert "1 / 6 入力" in (await browser.get("/apply")).text


async def test_nothing_is_fetched_from_elsewhere_and_nothing_is_inline(browser: Browser) -> None:
    for path in ("/", "/apply", "/sign-in"):
        page = await browser.get(path)
        assert [
            word for word in ("<style", " style=", "onclick", "<script>", 'src="http', 'src="//') if word in page.html
        ] == []
