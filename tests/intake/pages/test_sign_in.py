"""Getting in: the mailed link does nothing by itself, and no answer tells who has an application."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import EMAIL

Enter = Callable[[Application], Awaitable[Page]]
OWN_PAGES = (
    "/application",
    "/application/documents",
    "/application/documents?type=driving_licence",
    "/application/confirm",
    "/application/done",
    "/application/corrections",
    "/application/details",
    "/application/withdraw",
)


async def test_opening_the_mailed_link_changes_nothing(house: House, browser: Browser) -> None:
    application = await house.receive()
    before = (len(await house.events()), await house.rows("sessions"))
    for _ in range(3):
        page = await browser.get(f"/continue/{application.id}/{await house.proof(application)}")
        assert (page.status, page.heading) == (200, "ログイン")
    assert (len(await house.events()), await house.rows("sessions")) == before
    assert (await house.application(application.id)).email_proven_at is None


async def test_signing_in_through_the_link_proves_the_address_and_leads_to_the_photographs(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    page = await enter(application)
    assert (page.url, page.heading) == ("/application/documents", "本人確認書類の写真を送る")
    assert (await house.application(application.id)).email_proven_at == house.clock()


async def test_a_link_without_its_proof_signs_in_and_proves_nothing(house: House, browser: Browser) -> None:
    application = await house.receive()
    page = await browser.get(f"/continue/{application.id}")
    page = await browser.send(page, "/sign-in", email=EMAIL, password=PASSWORD)
    assert page.url == "/application/documents"
    assert (await house.application(application.id)).email_proven_at is None


async def test_the_receipt_number_is_as_good_as_a_link(house: House, browser: Browser) -> None:
    application = await house.proven()
    page = await browser.get("/sign-in")
    number = application.receipt_number.lower().replace("-", " ")
    page = await browser.send(page, "/sign-in", application=number, email=" HANA@example.jp ", password=PASSWORD)
    assert page.url == "/application/documents"


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong1"}, {"email": "else@example.jp"}, {"application": "K7QM-2XRD-90FA"}, {"application": "x"}],
)
async def test_whatever_is_wrong_the_answer_is_the_same_and_keeps_what_was_typed(
    house: House, browser: Browser, wrong: dict[str, str]
) -> None:
    application = await house.receive()
    typed = {"application": application.receipt_number, "email": EMAIL, "password": PASSWORD, **wrong}
    page = await browser.send(await browser.get("/sign-in"), "/sign-in", **typed)
    assert (page.status, page.summary) == (401, ["メールアドレス、パスワード、受付番号のいずれかが違います。"])
    fields = page.form("/sign-in").fields
    assert (fields["email"], fields["application"], fields["password"]) == (typed["email"], typed["application"], "")


async def test_a_link_that_asked_for_no_receipt_number_does_not_say_that_it_is_wrong(
    house: House, browser: Browser
) -> None:
    application = await house.receive()
    page = await browser.get(f"/continue/{application.id}/{await house.proof(application)}")
    said = []
    for email, password in ((EMAIL, "wrong1"), ("else@example.jp", PASSWORD)):
        page = await browser.send(page, "/sign-in", email=email, password=password)
        said.append((page.status, page.summary))
    assert said == [(401, ["メールアドレスかパスワードが違います。"])] * 2


async def test_the_introduction_names_what_the_page_asks_for(house: House, browser: Browser) -> None:
    application = await house.receive()
    asked = [await browser.get(path) for path in ("/sign-in", f"/continue/{application.id}")]
    assert ["受付番号と、入力のときに" in page.text for page in asked] == [True, False]


async def test_after_signing_in_the_page_says_whose_application_it_is(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive(name="水前寺 さくら")
    link = await browser.get(f"/continue/{application.id}")
    shown = [link, await enter(application), await browser.get("/application")]
    assert ["水前寺 さくら 様の申請" in page.text for page in shown] == [False, True, True]


async def test_after_a_wrong_password_the_link_still_proves(house: House, browser: Browser) -> None:
    application = await house.receive()
    page = await browser.get(f"/continue/{application.id}/{await house.proof(application)}")
    page = await browser.send(page, "/sign-in", email=EMAIL, password="wrong1")
    await browser.send(page, "/sign-in", email=EMAIL, password=PASSWORD)
    assert (await house.application(application.id)).email_proven_at == house.clock()


async def test_an_empty_sign_in_names_its_fields(browser: Browser) -> None:
    page = await browser.send(await browser.get("/sign-in"), "/sign-in")
    assert (page.status, page.messages) == (
        422,
        {
            "application": "受付番号を入力してください。",
            "email": "メールアドレスを入力してください。",
            "password": "パスワードを入力してください。",
        },
    )


async def test_guessing_on_and_on_is_stopped_with_a_page(house: House, browser: Browser) -> None:
    application = await house.receive()
    page = await browser.get(f"/continue/{application.id}")
    for _ in range(10):
        page = await browser.send(page, "/sign-in", email=EMAIL, password="wrong1")
    page = await browser.send(page, "/sign-in", email=EMAIL, password=PASSWORD)
    assert (page.status, "Retry-After" in page.headers, page.heading) == (429, True, "ログイン")
    assert len(page.summary) == 1


async def test_asking_for_the_link_is_answered_alike_whoever_asks(house: House, browser: Browser) -> None:
    application = await house.receive()
    answers = set()
    for email, number in ((EMAIL, application.receipt_number), ("nobody@example.jp", "x"), ("", "")):
        page = await browser.send(await browser.get("/sign-in"), "/link-requests", email=email, application=number)
        answers.add((page.status, page.url, page.text))
    assert len(answers) == 1


async def test_signing_out_closes_the_pages_and_can_be_done_twice(house: House, browser: Browser, enter: Enter) -> None:
    page = await enter(await house.receive())
    out = await browser.send(page, "/sign-out")
    assert out.url == "/"
    assert (await browser.get("/application")).status == 401
    assert (await browser.send(page, "/sign-out")).url == "/"


@pytest.mark.parametrize("path", OWN_PAGES)
async def test_who_is_not_signed_in_is_shown_how_to_get_in(browser: Browser, path: str) -> None:
    page = await browser.get(path)
    assert (page.status, page.heading) == (401, "ログイン")
    assert "このページを見るには、ログインしてください" in page.text
    assert {form.action for form in page.forms} == {"/sign-in", "/link-requests"}


async def test_a_session_that_stood_idle_asks_to_sign_in_again(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.receive())
    house.clock.move(minutes=31)
    assert (await browser.get("/application")).status == 401


async def test_nobody_reaches_the_photograph_of_another(house: House, browser: Browser, enter: Enter) -> None:
    other = await house.proven(name="他人 太郎")
    photograph = await house.photograph(other.id)
    mine = await house.receive()
    await enter(mine)
    for rendition in ("thumbnail", "screen", "reading"):
        assert (await browser.get(f"/application/documents/{photograph.id}/{rendition}")).status == 404
    page = await browser.get("/application/documents")
    await browser.post(f"/application/documents/{photograph.id}/removal", page.own)
    assert house.documents.images.keys() == {photograph.id}
    assert "他人" not in (await browser.get("/application")).text


@pytest.mark.parametrize("id_", ["x", "%00", "00000000-0000-0000-0000-000000000000", "é"])
async def test_strange_ids_in_addresses_are_not_found(house: House, browser: Browser, enter: Enter, id_: str) -> None:
    await enter(await house.receive())
    page = await browser.get(f"/application/documents/{id_}/thumbnail")
    assert (page.status, page.heading) == (404, "ページが見つかりません")


async def test_a_link_of_nobody_shows_the_same_page_as_any_other(
    house: House, browser: Browser, unknown_id: UUID
) -> None:
    application = await house.receive()
    known = await browser.get(f"/continue/{application.id}/abc")
    unknown = await browser.get(f"/continue/{unknown_id}/abc")
    assert (known.status, known.text) == (unknown.status, unknown.text)
