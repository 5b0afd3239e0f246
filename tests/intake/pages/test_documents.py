"""Photographs: one question at a time, streamed on, and whatever is wrong is said on the same page."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from urllib.parse import urljoin

import aiohttp
import pytest

from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.forms import child, commuter
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]
LICENCE = "/application/documents?type=driving_licence"
FRONT = LICENCE + "&side=front&address=current"


@pytest.fixture
async def application(house: House, enter: Enter) -> Application:
    application = await house.receive()
    await enter(application)
    return application


async def test_a_licence_with_the_present_address_is_enough(
    house: House, browser: Browser, application: Application
) -> None:
    page = await browser.get(LICENCE)
    assert page.heading == "この書類の住所は、いまの住所ですか"
    page = await browser.get(next(link for link in page.links if "address=current" in link))
    assert page.heading == "運転免許証 表面の写真"
    page = await browser.photograph(page, b"front")
    assert "写真を受け取りました" in page.text
    assert "光が反射しているようです。" in page.text
    assert "/application/confirm" in page.links
    assert list(house.documents.images.values()) == [b"front"]


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("disability_certificate", "次のところは、隠しても受け付けます：障害名、等級。"),
        ("driving_licence", "次のところは、隠しても受け付けます：免許の条件等、臓器提供の意思表示。"),
    ],
)
async def test_what_is_not_needed_may_be_hidden_and_how_is_said(
    browser: Browser, application: Application, type_: str, said: str
) -> None:
    page = await browser.get(f"/application/documents?type={type_}&address=current")
    assert f"{said}紙やふせんをのせてから撮ってください。" in page.text


async def test_what_looks_like_a_document_and_is_none_is_refused_with_what_to_use(
    browser: Browser, application: Application
) -> None:
    page = await browser.get("/application/documents?type=eligibility_notice")
    assert "資格情報のお知らせは使えません" in page.text
    assert "マイナンバーカード（表面）や運転免許証をお使いください。「資格確認書」は使えます。" in page.text


@pytest.mark.parametrize(
    ("type_", "yes", "no"),
    [
        (
            "driving_licence",
            "この書類の「表面」に、いまの住所が書いてある",
            "住所が変わった（「裏面」に書いてあるときも、こちら）",
        ),
        ("passport", "この書類の「所持人記入欄のページ」に、いまの住所が書いてある", "住所が違う、または書いていない"),
        (
            "disability_certificate",
            "この書類の「顔写真・氏名・住所のページ」に、いまの住所が書いてある",
            "住所が変わった（「新しい住所が記入されたページ」に書いてあるときも、こちら）",
        ),
        ("child_medical_certificate", "この書類に、いまの住所が書いてある", "住所が違う、または書いていない"),
    ],
)
async def test_the_question_on_the_address_names_the_side_that_has_it(
    browser: Browser, application: Application, type_: str, yes: str, no: str
) -> None:
    page = await browser.get(f"/application/documents?type={type_}")
    assert (yes in page.text, no in page.text) == (True, True)


async def test_of_a_passport_the_page_with_the_address_is_asked_for(browser: Browser, application: Application) -> None:
    page = await browser.photograph(await browser.get("/application/documents?type=passport&address=current"))
    assert "/application/confirm" not in page.links
    page = await browser.get("/application/documents?type=passport&address=current")
    assert page.heading == "パスポート（旅券） 所持人記入欄のページの写真"
    page = await browser.photograph(page)
    assert "/application/confirm" in page.links


async def test_with_an_old_address_the_back_or_a_letter_is_asked_for(
    browser: Browser, application: Application
) -> None:
    page = await browser.photograph(await browser.get(LICENCE + "&address=old"))
    assert "/application/confirm" not in page.links
    back = next(link for link in page.links if "side=back" in link)
    page = await browser.get(back)
    assert page.heading == "運転免許証 裏面の写真"
    page = await browser.photograph(page)
    assert "/application/confirm" in page.links


async def test_the_side_that_was_not_sent_comes_next_and_the_address_is_not_asked_twice(
    browser: Browser, application: Application
) -> None:
    await browser.photograph(await browser.get(LICENCE + "&address=old"))
    assert (await browser.get(LICENCE)).heading == "運転免許証 裏面の写真"


async def test_whoever_works_in_the_city_is_asked_for_a_proof_of_it(
    house: House, browser: Browser, enter: Enter
) -> None:
    await enter(await house.receive(**commuter()))
    page = await browser.photograph(await browser.get(LICENCE + "&address=current"))
    assert "市内の勤務先・学校 まだです" in page.text
    page = await browser.get("/application/documents?type=employee_id")
    page = await browser.photograph(page)
    assert "/application/confirm" in page.links


async def test_whoever_needs_two_documents_is_told_so_before_the_first_and_after_it(
    house: House, browser: Browser, enter: Enter
) -> None:
    page = await enter(await house.receive(**commuter()))
    assert "次の2つを送ってください。 本人確認書類 市内の勤務先がわかるもの" in page.text
    page = await browser.photograph(await browser.get(LICENCE + "&address=current"))
    assert "あと1つ必要です： 市内の勤務先がわかるもの" in page.text
    assert "あと1つ必要です：" in (await browser.get("/application/documents")).text
    page = await browser.photograph(await browser.get("/application/documents?type=employee_id"))
    assert "必要です：" not in page.text


async def test_one_document_is_asked_for_where_one_is_enough(browser: Browser, application: Application) -> None:
    page = await browser.get("/application/documents")
    assert "下から1つ選択してください" in page.text
    assert "つを送ってください" not in page.text


async def test_a_side_that_is_missing_is_named_and_what_it_proves_is_not_asked_for_twice(
    browser: Browser, application: Application
) -> None:
    page = await browser.get(LICENCE + "&side=back&address=current")
    page = await browser.photograph(page)
    assert "あと1つ必要です： 運転免許証 表面" in page.text


async def test_with_an_old_address_a_proof_of_the_present_one_is_named(
    browser: Browser, application: Application
) -> None:
    page = await browser.photograph(await browser.get(LICENCE + "&address=old"))
    assert "あと1つ必要です： いまの住所がわかるもの" in page.text


@pytest.mark.parametrize(
    ("category", "title", "codes"),
    [
        ("commuter", "市内の勤務先がわかるもの", ["employment_certificate", "employee_id"]),
        ("student", "市内の学校がわかるもの", ["student_id", "enrolment_certificate"]),
    ],
)
async def test_proofs_of_work_or_of_school_come_first_as_the_category_needs_them(
    house: House, browser: Browser, enter: Enter, category: str, title: str, codes: list[str]
) -> None:
    page = await enter(await house.receive(**commuter(category=category)))
    offered = [link.partition("type=")[2] for link in page.links if "type=" in link]
    both = ["employment_certificate", "employee_id", "student_id", "enrolment_certificate"]
    assert title in page.text
    assert [code for code in offered if code in both][:2] == codes
    assert sorted(code for code in offered if code in both) == sorted(both)


@pytest.mark.parametrize(
    ("filled_by", "asked"), [("guardian", "お子さまの本人確認書類を選択してください"), ("self", "本人確認書類")]
)
async def test_for_a_child_the_documents_of_children_come_first(
    house: House, browser: Browser, enter: Enter, filled_by: str, asked: str
) -> None:
    page = await enter(await house.receive(**child(filled_by=filled_by)))
    offered = [link.partition("type=")[2] for link in page.links if "type=" in link]
    assert offered[:3] == ["child_medical_certificate", "my_number_card", "eligibility_certificate"]
    assert "driving_licence" not in offered
    assert ("お子さま" in page.text, asked in page.text) == (filled_by == "guardian", True)


async def test_a_grown_up_is_not_offered_what_children_have(browser: Browser, application: Application) -> None:
    links = (await browser.get("/application/documents")).links
    offered = [link.partition("type=")[2] for link in links if "type=" in link]
    assert (offered[0], "child_medical_certificate" in offered) == ("driving_licence", False)


async def test_in_english_the_side_of_a_document_stands_in_brackets(browser: Browser, application: Application) -> None:
    page = await browser.get(FRONT + "&lang=en")
    assert page.heading == "Photo of your document: Driving licence (運転免許証) (front)"


async def test_a_photograph_can_be_looked_at_replaced_and_taken_back(
    house: House, browser: Browser, application: Application
) -> None:
    await browser.photograph(await browser.get(LICENCE + "&address=current"), b"first")
    page = await browser.photograph(await browser.get(LICENCE + "&side=front"), b"second")
    thumbnail = next(link for link in page.links if link.endswith("/screen"))
    shown = await browser.get(thumbnail)
    assert (shown.status, shown.headers["Content-Type"], shown.headers["Cache-Control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    removal = next(form.action for form in page.forms if form.action.endswith("/removal"))
    after = await browser.send(page, removal)
    again = await browser.send(page, removal)
    assert "写真を受け取りました" not in after.text
    assert after.text == again.text
    assert (await browser.get(thumbnail)).status == 404


async def test_a_photograph_that_cannot_be_shown_now_is_not_said_to_be_lost(
    house: House, browser: Browser, application: Application
) -> None:
    page = await browser.photograph(await browser.get(LICENCE + "&address=current"))
    house.documents.refuse = (503, "unavailable")
    shown = await browser.get(next(link for link in page.links if link.endswith("/screen")))
    assert (shown.status, shown.heading) == (503, "ただいま、つながりにくい状態です")
    assert "ただいま写真を表示できません。" in shown.text
    assert "保存できませんでした" not in shown.text


async def test_the_back_of_the_my_number_card_is_not_offered_and_refused(
    house: House, browser: Browser, application: Application
) -> None:
    page = await browser.get("/application/documents?type=my_number_card&address=current")
    assert "裏面は送らないでください" in page.text
    assert [link for link in page.links if "side=back" in link] == []
    page = await browser.photograph(page, side="back")
    assert page.status == 404
    assert house.documents.images == {}


async def test_who_brings_an_ended_document_is_told_what_to_use(browser: Browser, application: Application) -> None:
    page = await browser.get("/application/documents?type=health_insurance_card")
    assert "健康保険証は使えません" in page.text
    assert "資格確認書やマイナンバーカード（表面）をお使いください。" in page.text


async def test_what_is_to_be_hidden_is_said_before_the_photograph(browser: Browser, application: Application) -> None:
    page = await browser.get("/application/documents?type=eligibility_certificate&address=current")
    for name in ("保険者番号", "記号", "枝番", "QRコード"):
        assert name in page.text


async def test_no_file_is_said_beside_the_field(browser: Browser, application: Application) -> None:
    page = await browser.get(LICENCE + "&address=current")
    page = await browser.photograph(page, b"", name="")
    assert (page.url, page.messages) == (FRONT + "&problem=no_file", {"document": "写真を選択してください。"})


@pytest.mark.parametrize(
    ("refusal", "code", "said"),
    [
        ((422, "unreadable_image"), "unreadable_image", "写真として開けませんでした。別の写真を選択してください。"),
        (
            (422, "pdf"),
            "pdf",
            "このPDFは受け取れません。スキャンした1ページだけのPDFか、紙や画面を撮った写真をお送りください。",
        ),
        ((413, "too_large"), "too_large", "写真のファイルが大きすぎます。もう一度撮るか、小さくしてお送りください。"),
        ((422, "too_many_pixels"), "too_many_pixels", "写真が大きすぎます。小さくして、もう一度お送りください。"),
        (
            (503, "unavailable"),
            "documents_away",
            "写真を保存できませんでした。少し待ってから、もう一度お送りください。",
        ),
    ],
)
async def test_a_refused_photograph_is_said_on_the_same_page_and_can_be_sent_again(
    house: House, browser: Browser, application: Application, refusal: tuple[int, str], code: str, said: str
) -> None:
    house.documents.refuse = refusal
    page = await browser.get(LICENCE + "&address=current")
    page = await browser.photograph(page)
    # Reached by a redirect: its address holds no token, and opening it again sends nothing.
    assert (page.url, page.messages) == (f"{FRONT}&problem={code}", {"document": said})
    assert (page.status, page.heading) == (200, "運転免許証 表面の写真")
    house.documents.refuse = None
    page = await browser.photograph(page)
    assert "写真を受け取りました" in page.text


async def test_the_same_picture_again_is_said_in_words(
    house: House, browser: Browser, application: Application
) -> None:
    house.documents.refuse, house.documents.also = (422, "too_many_pixels"), ("same_as_before",)
    page = await browser.photograph(await browser.get(LICENCE + "&address=current"))
    again = "前にお送りいただいたものと同じ写真です。写真が大きすぎます。小さくして、もう一度お送りください。"
    assert page.messages == {"document": again}
    house.documents.refuse, house.documents.warnings = None, ("same_image",)
    page = await browser.photograph(page)
    assert "撮り直しをお願いした写真と、同じ写真のようです。" in page.text


async def test_a_refusal_names_the_file_that_was_sent(house: House, browser: Browser, application: Application) -> None:
    house.documents.refuse, house.documents.also = (422, "unreadable_image"), ("video_file",)
    page = await browser.photograph(await browser.get(LICENCE + "&address=current"))
    assert page.messages == {"document": "動画は受け取れません。書類を写真に撮ってお送りください。"}
    # What documents may say one day, and is not known here, is passed over.
    house.documents.also = ("hologram_file",)
    page = await browser.photograph(page)
    assert page.messages == {"document": "写真として開けませんでした。別の写真を選択してください。"}


async def test_the_pages_script_is_answered_in_json_and_the_same_picture_twice_is_one(
    house: House, browser: Browser, application: Application
) -> None:
    page = await browser.get(FRONT)
    own = page.own
    headers = {"Accept": "application/json", "X-CSRF-Token": own["csrf_token"], "X-Page-Of": own["page_of"]}

    async def send(side: str) -> tuple[int, dict[str, str]]:
        data = aiohttp.FormData({"type": "driving_licence", "side": side, "address": "current"})
        data.add_field("document", b"the same", filename="photo.jpg")
        async with house.client.post("/application/documents", data=data, headers=headers) as response:
            return response.status, await response.json()

    house.documents.lose_answer = True
    assert (await send("front"))[0] == 503
    house.documents.lose_answer = False
    status, first = await send("front")
    assert (status, first["next"]) == (201, f"/application/documents?sent={first['id']}")
    status, again = await send("front")
    page = await browser.get(again["next"])
    assert (status, page.text.count("消去する")) == (201, 1)
    house.documents.refuse = (422, "unreadable_image")
    status, problem = await send("front")
    assert (status, problem["code"]) == (422, "unreadable_image")
    assert problem["detail"] == "写真として開けませんでした。別の写真を選択してください。"


async def test_a_file_beyond_the_limit_is_refused_with_a_page(
    house: House, browser: Browser, application: Application
) -> None:
    page = await browser.get(LICENCE + "&address=current")
    too_much = BytesIO(b"x" * (house.intake.policy.limits.upload_bytes + 100_000))
    page = await browser.photograph(page, too_much)
    assert (page.url, list(page.messages)) == (FRONT + "&problem=too_large", ["document"])
    assert house.documents.images == {}


async def test_a_photograph_without_our_token_is_refused(
    house: House, browser: Browser, application: Application
) -> None:
    page = await browser.get(LICENCE + "&address=current")
    page.form("/application/documents").action = "/application/documents"
    page = await browser.photograph(page)
    assert (page.status, page.heading) == (403, "もう一度、お試しください")
    assert house.documents.images == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"garbage", 400),
        (b"", 400),
        (b'--b\r\nContent-Disposition: form-data; name="document"; filename="x"\r\n\r\nno end' + b"x" * 300_000, 400),
        (b'--b\r\nContent-Disposition: form-data; name="type"\r\n\r\n\xff\xfe\r\n--b--\r\n', 400),
        (b'--b\r\nContent-Disposition: form-data; name="type"\r\n\r\na\0b\r\n--b--\r\n', 422),
        (b'--b\r\nContent-Disposition: form-data; name="type"\r\n\r\n' + b"a" * 500 + b"\r\n--b--\r\n", 422),
        (b'--b\r\nContent-Disposition: form-data; name="evil"\r\n\r\n1\r\n--b--\r\n', 422),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n", 400),
    ],
)
async def test_a_broken_upload_gets_a_readable_page_and_keeps_nothing(
    house: House, browser: Browser, application: Application, body: bytes, status: int
) -> None:
    page = await browser.get(LICENCE + "&address=current")
    form = page.form("/application/documents")
    if b"no end" in body:
        fields = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in form.fields.items()
            if name != "document"
        )
        body = fields + body
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    page = await browser.post(urljoin(page.url, form.action), body, headers=headers)
    assert (page.status, "096-363-4522" in page.text) == (status, True)
    assert house.documents.images == {}


@pytest.mark.parametrize("query", ["type=nothing", "type=driving_licence&side=moon&address=old", "type=", "type=%00"])
async def test_strange_questions_get_a_page(browser: Browser, application: Application, query: str) -> None:
    assert (await browser.get(f"/application/documents?{query}")).status in (200, 404)
