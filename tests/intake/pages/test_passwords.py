"""The way of somebody who forgot the password: from sign-in by way of the mailbox back to sign-in."""

from services.intake import use_cases
from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser
from tests.intake.pages.people import EMAIL

NEW = "shiratama77"


async def link(house: House) -> str:
    """The path of the newest mailed link."""
    while await answer_link_request(house.intake):
        pass
    [*_, event] = await house.events("application.link_requested.v1")
    return str(event.data["link"]).removeprefix(house.intake.public_url)


async def test_from_sign_in_to_a_new_password_and_in(house: House, browser: Browser) -> None:
    application = await house.proven()
    page = await browser.get(f"/continue/{application.id}")
    [asked] = [each for each in page.links if each.startswith("/password-resets")]
    page = await browser.get(asked)
    assert set(page.form("/password-resets").fields) == {"csrf_token", "application", "email"}
    page = await browser.send(page, "/password-resets", email=EMAIL)
    assert (page.url, page.heading) == ("/password-resets/sent", "メールをご確認ください")
    path = await link(house)
    for _ in range(3):
        page = await browser.get(path)
        assert (page.status, page.heading) == (200, "新しいパスワードを設定する")
    page = await browser.send(page, path, password="abc")
    assert (page.status, page.messages) == (422, {"password": "パスワードは6文字以上にしてください。"})
    page = await browser.send(page, path, password=NEW)
    assert "パスワードを変更しました" in page.text
    page = await browser.send(page, "/sign-in", email=EMAIL, password=NEW)
    assert page.url == "/application/documents"
    assert (await browser.get(path)).heading == "このリンクは使えなくなりました"


async def test_the_answer_is_the_same_whoever_asks(house: House, browser: Browser) -> None:
    application = await house.proven()
    answers = set()
    for email, number in ((EMAIL, application.receipt_number), (EMAIL, ""), ("nobody@example.jp", "x"), ("", "")):
        page = await browser.get("/password-resets")
        page = await browser.send(page, "/password-resets", email=email, application=number)
        answers.add((page.status, page.url, page.html))
    assert len({(status, url) for status, url, _ in answers}) == 1


async def test_a_link_of_nobody_and_an_old_one_show_the_same_page_and_the_way_on(
    house: House, browser: Browser
) -> None:
    application = await house.proven()
    await use_cases.request_password_reset(house.intake, EMAIL, str(application.id))
    old = await link(house)
    house.clock.move(minutes=31)
    pages = [await browser.get(path) for path in (old, f"/password/{application.id}/x", "/password/x/%00", f"{old}%E9")]
    assert {(page.status, page.text) for page in pages} == {(404, pages[0].text)}
    assert "/password-resets" in pages[0].links


async def test_an_ended_link_that_is_posted_changes_nothing(house: House, browser: Browser) -> None:
    application = await house.proven()
    await use_cases.request_password_reset(house.intake, EMAIL, str(application.id))
    path = await link(house)
    page = await browser.get(path)
    assert (await browser.post(path, {"password": NEW})).status == 403
    house.clock.move(minutes=31)
    page = await browser.send(page, path, password=NEW)
    assert (page.status, page.heading) == (404, "このリンクは使えなくなりました")
    await use_cases.sign_in(house.intake, EMAIL, PASSWORD, str(application.id), None)


async def test_an_unproven_address_is_asked_for_the_birth_date_and_what_was_typed_stays(
    house: House, browser: Browser
) -> None:
    application = await house.receive()
    await use_cases.request_password_reset(house.intake, EMAIL, str(application.id))
    path = await link(house)
    page = await browser.send(await browser.get(path), path, password=NEW, birth_date="1991年4月13日")
    assert page.messages == {"birth_date": "生年月日が、申請の内容と違います。"}
    assert page.form(path).fields["birth_date"] == "1991年4月13日"
    page = await browser.send(page, path, password=NEW, birth_date="1991年4月12日")
    assert "パスワードを変更しました" in page.text
