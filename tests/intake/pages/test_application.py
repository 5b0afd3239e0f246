"""The applicant always knows where the application stands and what comes next."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chassis.ids import new_id
from chassis.testing import heard
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]
EXAMPLE = Path(__file__).parents[3] / "contracts" / "examples" / "registration.completed.v1.json"


@pytest.fixture
async def ready(house: House, enter: Enter) -> Application:
    """Signed in, with all photographs sent."""
    application = await house.receive()
    await enter(application)
    await house.photograph(application.id)
    return application


@pytest.fixture
def registered(house: House) -> Callable[[Application], Awaitable[None]]:
    async def complete(application: Application) -> None:
        data = {**json.loads(EXAMPLE.read_text())["data"], "application_id": str(application.id)}
        await house.deliver(heard("registration.completed.v1", "review", new_id(), data))

    return complete


async def test_everything_is_shown_once_more_and_submitted_once(
    house: House, browser: Browser, ready: Application
) -> None:
    page = await browser.get("/application/confirm")
    for text in ("水前寺 花子", "090-1234-5678", "運転免許証", "11月29日（日）ごろまで"):
        assert text in page.text, text
    done = await browser.send(page, "/application/confirm")
    assert (done.url, done.heading) == ("/application/done", "申請を受け付けました")
    assert "まだ本登録ではありません" in done.text
    assert house.intake.policy.mail.sender_address in done.text
    again = await browser.send(page, "/application/confirm")
    assert again.url == "/application/done"
    assert len(await house.events("application.submitted.v1")) == 1


async def test_the_email_address_is_changed_from_the_confirmation_like_everything_else(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    await enter(application)
    await house.photograph(application.id)
    page = await browser.get("/application/confirm")
    assert page.links.count("/application/email") == 1


async def test_nothing_is_submitted_while_a_photograph_is_missing(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive())
    assert (await browser.get("/application/confirm")).url == "/application/documents"
    page = await browser.get("/application")
    page = await browser.post("/application/confirm", page.own)
    assert page.url == "/application/documents"
    assert await house.events("application.submitted.v1") == []


async def test_an_unproven_address_is_said_and_how_to_prove_it(house: House, browser: Browser) -> None:
    application = await house.receive()
    await house.photograph(application.id)
    page = await browser.get(f"/continue/{application.id}")
    page = await browser.send(page, "/sign-in", email="hana@example.jp", password="kuromame42")
    page = await browser.send(await browser.get("/application/confirm"), "/application/confirm")
    assert (page.status, page.summary) == (
        409,
        ["メールのリンクを開いてログインしてください。メールアドレスの確認が必要です。"],
    )


async def test_one_s_own_slips_are_mended_before_submission(house: House, browser: Browser, ready: Application) -> None:
    page = await browser.get("/application/details")
    page = await browser.send(page, "/application/details", phone="０９６３２８６８４２")
    assert (page.url, "096-328-6842" in page.text) == ("/application/confirm", True)
    page = await browser.send(await browser.get("/application/details"), "/application/details", phone="12")
    assert (page.status, list(page.messages), page.form("/application/details").fields["phone"]) == (
        422,
        ["phone"],
        "12",
    )


async def test_a_change_in_another_window_is_said_and_what_was_typed_is_kept(
    house: House, browser: Browser, ready: Application
) -> None:
    old = await browser.get("/application/details")
    await browser.send(await browser.get("/application/details"), "/application/details", phone="0963286842")
    page = await browser.send(old, "/application/details", address="熊本市北区植木町1")
    assert (page.status, page.form("/application/details").fields["address"]) == (409, "熊本市北区植木町1")
    page = await browser.send(page, "/application/details")
    assert page.url == "/application/confirm"


@pytest.mark.parametrize("version", ["", "x", "-1", "９", "99999999999999999999", None])
async def test_a_strange_version_is_as_a_stale_one(browser: Browser, ready: Application, version: str | None) -> None:
    strange = None if version is None else f"application:{ready.id}:{version}:"
    page = await browser.send(await browser.get("/application/details"), "/application/details", page_of=strange)
    assert page.status == 409


async def test_while_staff_look_the_page_says_so_and_until_when(
    house: House, browser: Browser, ready: Application
) -> None:
    await browser.send(await browser.get("/application/confirm"), "/application/confirm")
    page = await browser.get("/application")
    for text in ("図書館の職員が内容を確認しています", "いま、していただくことはありません", "11月29日（日）ごろまで"):
        assert text in page.text
    assert (await browser.get("/application/documents")).url == "/application"
    assert "/application/details" in page.links


async def test_only_the_named_items_are_mended_and_then_sent_again(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    (photograph,) = house.documents.images
    await house.correction(application, (f"document:{photograph}", "blurred"), ("field:kana", "name_differs"))
    page = await enter(application)
    assert (page.url, page.heading) == ("/application/corrections", "修正していただきたい箇所")
    assert "12月6日（日）まで" in page.text
    assert "写真がぼやけていて文字を読み取れません。" in page.text
    assert set(page.form("/application/corrections").fields) == {"csrf_token", "page_of", "kana"}
    assert (await browser.get("/application/confirm")).url == "/application/corrections"

    page = await browser.send(page, "/application/corrections", kana="スイゼンジ　ハナ")
    assert "修正する箇所が、あと1つあります。" in page.text
    again = next(link for link in page.links if "type=driving_licence" in link)
    await browser.photograph(await browser.get(again), b"sharper")
    page = await browser.get("/application/corrections")
    assert "すべて修正していただきました" in page.text
    page = await browser.send(await browser.get("/application/confirm"), "/application/confirm")
    assert (page.heading, page.title.startswith(page.heading)) == ("修正した内容を受け付けました", True)
    handed = (await house.events("application.handed_over.v1"))[-1].data
    assert (handed["round"], handed["applicant"]["kana"]["display"]) == (2, "スイゼンジ ハナ")


async def test_a_photograph_taken_again_is_shown_and_said_not_to_be_sent_yet(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    house.documents.warnings = ()
    (photograph,) = house.documents.images
    await house.correction(application, (f"document:{photograph}", "blurred"))
    page = await enter(application)
    assert "お願いした内容： 写真がぼやけていて" in page.text
    assert ("まだ送信していません" in page.text, "#finish" in page.links) == (False, False)
    again = next(link for link in page.links if "type=driving_licence" in link)
    page = await browser.photograph(await browser.get(again), b"sharper")
    (new,) = house.documents.images.keys() - {photograph}
    assert page.url == "/application/corrections?saved=photo"
    assert "写真を受け取りました。まだ送信していません" in page.text
    assert "運転免許証 表面 修正しました" in page.text
    assert "新しい写真" in page.text
    assert {"#finish", f"/application/documents/{new}/screen"} <= set(page.links)
    assert "運転免許証 表面 修正しました" in (await browser.get("/application")).text


async def test_what_was_mended_first_leads_on_to_what_is_left(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    (photograph,) = house.documents.images
    await house.correction(application, (f"document:{photograph}", "blurred"), ("field:kana", "name_differs"))
    page = await browser.send(await enter(application), "/application/corrections", kana="スイゼンジ　ハナ")
    assert "修正した内容を保存しました。まだ送信していません 修正する箇所が、あと1つあります。" in page.text
    assert "#finish" not in page.links


async def test_a_photograph_that_another_document_answers_for_is_not_called_new(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    (photograph,) = house.documents.images
    await house.correction(application, (f"document:{photograph}", "address_differs"))
    await enter(application)
    await house.photograph(application.id, "utility_bill")
    page = await browser.get("/application/corrections")
    assert "運転免許証 表面 修正しました" in page.text
    assert ("送った写真" in page.text, "新しい写真" in page.text) == (True, False)


async def test_a_field_that_was_not_named_is_not_taken(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await house.correction(application, ("field:kana", "name_differs"))
    page = await browser.send(await enter(application), "/application/corrections", phone="0963286842")
    assert page.status == 422
    assert (await house.application(application.id)).applicant.display("phone") == "090-1234-5678"


@pytest.mark.parametrize("code", ["call_us", "no_work_or_school_proof", "guardian_missing", "other"])
async def test_what_is_asked_about_the_whole_application_can_be_answered(
    house: House, browser: Browser, enter: Enter, code: str
) -> None:
    application = await house.submitted()
    await house.correction(application, ("application", code))
    page = await enter(application)
    page = await browser.send(page, "/application/corrections")
    assert "すべて修正していただきました" in page.text
    page = await browser.send(await browser.get("/application/confirm"), "/application/confirm")
    assert page.url == "/application/done"


async def test_a_refusal_gives_its_reasons_and_a_person_to_ask(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    data = {
        "round": 1,
        "reasons": [
            {"item": "application", "code": "not_eligible", "note": None},
            {"item": "field:address", "code": "address_differs", "note": None},
        ],
        "note": "ご来館ください",
    }
    await house.deliver(heard("review.rejected.v1", "review", application.id, data))
    page = await enter(application)
    for text in (
        "登録できませんでした",
        "お住まい・お勤め・通学先が登録の対象になっていません。",
        # Not what a correction asks for: nothing can be sent any more.
        "入力された住所と書類の住所が違い、いまの住所を確認できませんでした。",
        "ご来館ください",
    ):
        assert text in page.text
    assert "追加してください" not in page.text


async def test_a_registration_shows_its_number_expiry_and_how_to_get_the_card(
    house: House, browser: Browser, enter: Enter, registered: Callable[[Application], Awaitable[None]]
) -> None:
    application = await house.submitted()
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    assert "カード番号を、まもなくメールでお知らせします" in (await enter(application)).text
    await registered(application)
    page = await browser.get("/application")
    handover = house.intake.policy.card_handover
    for text in (
        "本登録が完了しました",
        "2900000123458",
        "2031年4月30日まで",
        handover.how["ja"],
        handover.where["ja"],
        handover.bring["ja"],
    ):
        assert text in page.text


async def test_withdrawing_asks_first_and_can_be_pressed_twice(
    house: House, browser: Browser, ready: Application
) -> None:
    page = await browser.get("/application/withdraw")
    assert page.heading == "申請を取り下げますか"
    after = await browser.send(page, "/application/withdraw")
    assert (after.url, "申請を取り下げました" in after.text) == ("/application", True)
    assert (await browser.send(page, "/application/withdraw")).url == "/application"
    assert len(await house.events("application.withdrawn.v1")) == 1
    assert (await browser.get("/application/withdraw")).url == "/application"


async def test_withdrawing_while_staff_look_is_asked_of_them(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await enter(application)
    page = await browser.send(await browser.get("/application/withdraw"), "/application/withdraw")
    assert "取り下げの手続きをしています" in page.text
    assert len(await house.events("application.withdrawal_requested.v1")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/application/confirm",
        "/application/details",
        "/application/corrections",
        "/application/withdraw",
        "/application/documents",
    ],
)
async def test_no_page_of_one_s_own_takes_a_form_without_our_token(
    house: House, browser: Browser, ready: Application, path: str
) -> None:
    page = await browser.post(path, {"phone": "1"})
    assert (page.status, page.heading) == (403, "もう一度、送ってください")
    assert (await house.application(ready.id)).status == "provisional"
