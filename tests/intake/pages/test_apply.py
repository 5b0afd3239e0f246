"""The provisional form: understood, confirmed, registered once; nothing typed is ever lost."""

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest

from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident

Apply = Callable[..., Awaitable[Page]]


async def test_what_is_typed_is_shown_as_understood_with_what_changed(apply: Apply) -> None:
    page = await apply()
    assert (page.status, page.url, page.heading) == (200, "/apply/confirm", "この内容でよろしいですか")
    for typed, understood in (
        ("８６２ー０９７１", "862-0971"),
        ("０９０１２３４５６７８", "090-1234-5678"),
        ("すいぜんじ ﾊﾅｺ", "スイゼンジ ハナコ"),
    ):
        assert f"入力した文字: {typed} 登録する文字: {understood}" in page.text
    assert "1991年4月12日（平成3年4月12日、35歳）" in page.text
    assert "入力した文字: 水前寺" not in page.text, "a wider space is no change that anyone would see"


async def test_registering_gives_a_receipt_number_and_says_whose_mail_to_expect(
    house: House, browser: Browser, apply: Apply
) -> None:
    page = await browser.send(await apply(), "/apply/register")
    received = await house.events("application.received.v1")
    assert (page.url, page.heading, len(received)) == ("/apply/done", "仮登録ができました", 1)
    assert received[0].data["receipt_number"] in page.text
    assert house.intake.policy.mail.sender_address in page.text
    assert "写真を送る期限 11月29日（日）" in page.text
    assert "結果の目安 本日送ると11月29日（日）ごろ" in page.text


async def test_pressed_twice_and_at_once_it_is_one_application(house: House, browser: Browser, apply: Apply) -> None:
    page = await apply()
    first, second = await asyncio.gather(browser.send(page, "/apply/register"), browser.send(page, "/apply/register"))
    third = await browser.send(page, "/apply/register")
    assert {first.heading, second.heading, third.heading} == {"仮登録ができました"}
    assert (await house.rows("applications"), len(await house.events("application.received.v1"))) == (1, 1)


async def test_refreshing_the_result_shows_it_again_and_registers_nothing(
    house: House, browser: Browser, apply: Apply
) -> None:
    first = await browser.send(await apply(), "/apply/register")
    again = await browser.get("/apply/done")
    number = (await house.events("application.received.v1"))[0].data["receipt_number"]
    assert number in first.text
    assert number in again.text
    assert await house.rows("applications") == 1


async def test_going_back_from_the_confirmation_finds_everything_as_it_was_typed(
    browser: Browser, apply: Apply
) -> None:
    await apply()
    form = (await browser.get("/apply?kind=new")).form("/apply").fields
    expected = {**resident(), "birth_day": "12", "password": "", "kind": "new", "guardian_name": ""}
    expected |= {"guardian_relation": "", "organisation_name": "", "organisation_address": ""}
    form.pop("csrf_token")
    form.pop("page_of")
    form.pop("town")
    assert form == expected


async def test_a_correction_after_going_back_needs_no_password_again(
    house: House, browser: Browser, apply: Apply
) -> None:
    await apply()
    page = await browser.get("/apply?kind=new")
    assert "パスワード：設定済み 別のパスワードに変更する ※任意" in page.text
    page = await browser.send(page, "/apply", name="水前寺 花")
    assert (page.url, "水前寺 花" in page.text) == ("/apply/confirm", True)
    await browser.send(page, "/apply/register")
    assert await house.rows("applications") == 1


async def test_refreshing_the_confirmation_loses_nothing(browser: Browser, apply: Apply) -> None:
    first = await apply()
    again = await browser.get("/apply/confirm")
    assert first.text == again.text


async def test_an_empty_form_names_every_fault_beside_its_field_and_in_the_summary(browser: Browser) -> None:
    page = await browser.send(await browser.get("/apply?kind=new"), "/apply")
    assert (page.status, page.title.startswith("エラー：")) == (422, True)
    assert page.messages == {
        "name": "お名前を入力してください。",
        "kana": "お名前（カタカナ）を入力してください。",
        "birth_date": "生年月日を入力してください。",
        "postal_code": "郵便番号を入力してください。",
        "address": "住所を入力してください。",
        "phone": "電話番号を入力してください。",
        "email": "メールアドレスを入力してください。",
        "category": "利用区分を選択してください。",
        "pickup_branch": "予約受取館を選択してください。",
        "hold_contact": "予約連絡を選択してください。",
        "password": "パスワードを入力してください。",
        "consent": "登録には、内容の利用への同意が必要です。",
    }
    assert page.summary == list(page.messages.values())
    assert [f"#{field}" for field in page.messages] == [link for link in page.links if link.startswith("#")][1:]


async def test_one_fault_keeps_everything_else(apply: Apply) -> None:
    page = await apply(postal_code="86", password="abc")
    assert page.status == 422
    assert page.messages == {
        "postal_code": "郵便番号は7けたです。今は2けたです。7けたの数字を入力してください。",
        "password": "パスワードは6文字以上にしてください。",
    }
    form = page.form("/apply").fields
    typed = resident(postal_code="86", password="", birth_day="12")
    assert {name: form[name] for name in typed} == typed


async def test_a_child_needs_a_guardian_and_someone_from_elsewhere_a_workplace(apply: Apply) -> None:
    page = await apply(birth_year="28", category="commuter")
    assert page.messages == {
        "guardian_name": "中学生以下の方は、保護者のお名前を入力してください。",
        "organisation_name": "会社または学校名を入力してください。通勤・通学の方は必要です。",
        "organisation_address": "会社または学校所在地を入力してください。通勤・通学の方は必要です。",
    }
    page = await apply(
        birth_year="28",
        category="commuter",
        guardian_name="水前寺 太郎",
        guardian_relation="father",
        organisation_name="㈱みほん",
        organisation_address="熊本市東区健軍１－２",
    )
    assert page.url == "/apply/confirm"
    for text in ("水前寺 太郎", "父", "通勤者"):
        assert text in page.text


async def test_a_renewal_asks_for_the_number_of_the_card(apply: Apply) -> None:
    page = await apply("renewal")
    assert (page.heading, page.messages) == ("カードの更新", {"card_number": "貸出カード番号を入力してください。"})
    page = await apply("renewal", card_number="１２３４ ５６７８９ ０１２３")
    assert (page.url, "1234567890123" in page.text) == ("/apply/confirm", True)


async def test_a_change_asks_for_the_card_and_a_lost_card_only_if_its_number_is_known(apply: Apply) -> None:
    page = await apply("change")
    assert (page.heading, page.messages) == (
        "住所やお名前などの変更",
        {"card_number": "貸出カード番号を入力してください。"},
    )
    page = await apply("replacement", card_number="12")
    assert (page.heading, list(page.messages)) == ("なくしたカードの再発行", ["card_number"])
    assert (await apply("replacement", card_number="")).url == "/apply/confirm"


@pytest.mark.parametrize(
    ("kind", "procedure", "button", "result"),
    [
        ("new", "新規登録", "この内容で仮登録する", "仮登録ができました"),
        ("renewal", "カードの更新", "この内容で更新を申請する", "更新の申請を受け付けました"),
        ("change", "住所やお名前などの変更", "この内容で変更を申請する", "変更の申請を受け付けました"),
        (
            "replacement",
            "なくしたカードの再発行",
            "この内容で再発行を申請する",
            "再発行の申請を受け付けました",
        ),
    ],
)
async def test_every_page_says_which_procedure_it_is(
    browser: Browser, apply: Apply, kind: str, procedure: str, button: str, result: str
) -> None:
    page = await apply(kind, card_number=None if kind == "new" else "1234567890123")
    assert (f"申請の種類 {procedure}" in page.text, f" {button} " in page.text) == (True, True)
    page = await browser.send(page, "/apply/register")
    assert page.heading == result


@pytest.mark.parametrize(("kind", "fetched"), [("new", True), ("replacement", True), ("renewal", False)])
async def test_who_gets_a_new_card_is_told_where_once_registered(
    house: House, browser: Browser, apply: Apply, kind: str, fetched: bool
) -> None:
    page = await apply(kind, card_number=None if kind == "new" else "1234567890123")
    page = await browser.send(page, "/apply/register")
    assert (house.intake.policy.card_handover.how["ja"] in page.text) is fetched


async def test_a_number_of_a_lost_card_that_is_not_known_has_its_row(apply: Apply) -> None:
    assert "貸出カード番号 わからない 変更" in (await apply("replacement", card_number="")).text


async def test_a_number_of_a_lost_card_that_is_known_is_not_said_to_be_unknown(apply: Apply) -> None:
    assert "わからない" not in (await apply("replacement", card_number="1234567890123")).text


@pytest.mark.parametrize(
    ("name", "asked"), [("大江美咲", True), ("大江　美咲", False), ("Oe", False), ("スリヤ・デヴィ", False)]
)
async def test_a_name_without_a_space_is_asked_about_and_no_mistake(apply: Apply, name: str, asked: bool) -> None:
    page = await apply(name=name)
    assert (page.url, "姓と名の間が空いていません" in page.text) == ("/apply/confirm", asked)


async def test_the_confirmation_of_a_childs_card_says_that_it_is_a_child(apply: Apply) -> None:
    assert "カードを使うお子さま" in (await apply(filled_by="guardian")).text


async def test_the_confirmation_of_ones_own_card_speaks_of_no_child(apply: Apply) -> None:
    assert "お子さま" not in (await apply()).text


async def test_a_birth_date_is_shown_without_the_forms_japanese_words_to_who_reads_english(
    browser: Browser, apply: Apply
) -> None:
    await apply(birth_year="31", birth_month="5", birth_day="1", guardian_name="水前寺 太郎")
    page = await browser.get("/apply/confirm?lang=en")
    assert ("May 1, 2019" in page.text, "平成31年" in page.text) == (True, False)


async def test_a_zero_before_a_month_is_no_change_that_anyone_would_see(apply: Apply) -> None:
    page = await apply(birth_era="西暦", birth_year="1998", birth_month="07", birth_day="21")
    assert "07月" not in page.text


async def test_another_era_than_the_one_typed_is_still_shown_as_a_change(apply: Apply) -> None:
    assert (
        "平成31年5月1日"
        in (await apply(birth_year="31", birth_month="5", birth_day="1", guardian_name="水前寺 太郎")).text
    )


async def test_a_year_of_an_era_beside_the_western_calendar_is_named_as_the_cause(apply: Apply) -> None:
    page = await apply(birth_era="西暦", birth_year="60")
    assert page.messages == {
        "birth_date": "「西暦60年」になっています。昭和60年なら、左の「西暦」を「昭和」に変えてください。"
    }


async def test_what_the_address_perhaps_should_be_is_asked_and_never_changed(apply: Apply) -> None:
    page = await apply(email="hana@gmail.con")
    assert "もしかして hana@gmail.com ですか" in page.text
    assert "hana@gmail.con にメールをお送りします" in page.text


async def test_the_link_is_mailed_again_from_the_result_page(house: House, browser: Browser, apply: Apply) -> None:
    page = await browser.send(await apply(), "/apply/register")
    house.clock.move(minutes=2)
    page = await browser.send(page, "/apply/resend")
    assert (page.url, "メールをもう一度お送りしました" in page.text) == ("/apply/done?mailed=1", True)
    page = await browser.send(page, "/apply/resend")
    assert "メールをもう一度お送りしました" not in page.text
    assert "今回はお送りしていません。次に送信できるのは" in page.text
    assert len(await house.events("application.link_requested.v1")) == 1


async def test_a_shared_computer_can_forget(browser: Browser, apply: Apply) -> None:
    page = await browser.send(await apply(), "/apply/register")
    await browser.send(page, "/apply/forget")
    assert (await browser.get("/apply/done")).heading == "ログイン"
    assert (await browser.get("/apply")).form("/apply").fields["name"] == ""


async def test_forgetting_a_result_erases_nothing_that_is_registered(
    house: House, browser: Browser, apply: Apply
) -> None:
    page = await browser.send(await apply(), "/apply/register")
    await browser.send(page, "/apply/forget")
    assert (await house.rows("drafts"), await house.rows("applications")) == (1, 1)


async def test_a_second_person_can_apply_from_the_same_browser(house: House, browser: Browser, apply: Apply) -> None:
    await browser.send(await apply(), "/apply/register")
    page = await browser.get("/apply?kind=new")
    assert "先ほどの申請は受け付け済みです" in page.text
    assert page.form("/apply").fields["name"] == ""
    await browser.send(await apply(name="水前寺 次郎"), "/apply/register")
    assert await house.rows("applications") == 2


async def test_pages_out_of_order_lead_to_where_one_is(browser: Browser, apply: Apply) -> None:
    assert (await browser.get("/apply/confirm")).heading == "新規登録"
    assert (await browser.get("/apply/done")).heading == "ログイン"
    page = await apply()
    assert (await browser.get("/apply/done")).url == "/apply/confirm"
    await browser.send(page, "/apply/register")
    assert (await browser.get("/apply/confirm")).url == "/apply/done"


async def test_a_draft_that_is_gone_is_said_so(house: House, browser: Browser, apply: Apply) -> None:
    page = await apply()
    house.clock.move(days=8)
    page = await browser.send(page, "/apply/register")
    assert page.status == 404
    assert "はじめから入力してください" in page.text
    assert await house.rows("applications") == 0


@pytest.mark.parametrize(
    "path", ["/apply", "/apply/register", "/apply/resend", "/apply/forget", "/sign-in", "/link-requests", "/sign-out"]
)
async def test_a_form_without_our_token_is_refused_with_a_page(house: House, browser: Browser, path: str) -> None:
    await browser.get("/apply")
    page = await browser.post(path, {"name": "x"})
    assert (page.status, page.heading) == (403, "もう一度、送ってください")
    assert await house.rows("drafts") == 0


async def test_an_unknown_field_is_refused(house: House, browser: Browser) -> None:
    page = await browser.get("/apply")
    page = await browser.send(page, "/apply", **resident(is_staff="true"))
    assert (page.status, page.heading) == (422, "入力内容を確認してください")
    assert await house.rows("drafts") == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"name=%00", 422),
        (b"name=%ff%fe", 400),
        (b"name=\xff", 400),
        (b"name=%ED%A0%80", 400),
        (b"name=" + b"x" * 5_000_000, 413),
        (b"&".join(b"a%d=1" % n for n in range(600)), 400),
    ],
)
async def test_garbage_gets_a_readable_page_and_is_kept_nowhere(
    house: House, browser: Browser, body: bytes, status: int
) -> None:
    await browser.get("/apply")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    page = await browser.post("/apply", BytesIO(body), headers=headers)
    assert (page.status, "096-363-4522" in page.text) == (status, True)
    assert await house.rows("drafts") == 0


async def test_another_kind_of_body_gets_a_readable_page(browser: Browser) -> None:
    page = await browser.get("/apply")
    token = page.form("/apply").fields["csrf_token"]
    page = await browser.post("/apply", b"{}", headers={"Content-Type": "application/json", "X-CSRF-Token": token})
    assert (page.status, "096-363-4522" in page.text) == (415, True)


@pytest.mark.parametrize("length", [1001, 20_000])
async def test_a_text_that_is_far_too_long_is_said_beside_its_field(apply: Apply, length: int) -> None:
    page = await apply(address="熊" * length)
    assert (page.status, list(page.messages)) == (422, ["address"])
