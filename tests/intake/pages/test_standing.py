"""The page of the status says where one stands, what was mailed, and what to do."""

from collections.abc import Awaitable, Callable

from chassis.ids import new_id
from chassis.testing import heard
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]


async def _mailed(house: House, application: Application, template: str, *, failed: bool = False) -> None:
    data = {"template": template, "caused_by": str(new_id())}
    if failed:
        data |= {"permanence": "permanent"}
    type_ = "notification.failed.v1" if failed else "notification.sent.v1"
    await house.deliver(heard(type_, "notifier", application.id, data))


async def test_the_place_in_the_queue_is_said_as_an_estimate(house: House, browser: Browser, enter: Enter) -> None:
    await house.submitted()
    application = await house.submitted()
    text = (await enter(application)).text
    assert "2件のうち、およそ2番目" in text
    assert "順番は前後することがあります" in text


async def test_mails_are_listed_with_the_address_masked(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await _mailed(house, application, "application_submitted")
    page = await enter(application)
    assert "申請を受け付けたお知らせ H***@example.jp" in page.text
    assert "メールが届いていません" not in page.text


async def test_a_mail_that_came_back_is_said_first_with_the_way_to_mend_it(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    await _mailed(house, application, "application_submitted", failed=True)
    page = await enter(application)
    assert page.text.index("メールが届いていません") < page.text.index("図書館の職員が内容を確認しています")
    assert "/application/email" in page.links


async def test_the_link_is_mailed_again_once_a_minute(house: House, browser: Browser, enter: Enter) -> None:
    page = await enter(await house.submitted())
    house.clock.move(minutes=2)
    page = await browser.get("/application")
    page = await browser.send(page, "/application/mails/link")
    assert "メールをもう一度お送りしました" in page.text
    house.clock.move(seconds=20)
    page = await browser.send(page, "/application/mails/link")
    assert "メールをもう一度お送りしました" not in page.text
    assert "今回はお送りしていません。次に送信できるのは、11月22日（日） 12:03からです。" in page.text
    house.clock.move(minutes=1)
    assert "次に送信できるのは" not in (await browser.get(page.url)).text
    sent = await house.events("application.link_requested.v1")
    assert [event.data["purpose"] for event in sent] == ["resend"]


async def test_after_the_end_there_is_no_link_to_send(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    page = await enter(application)
    assert "/application/mails/link" not in [form.action for form in page.forms]


async def test_what_to_mend_is_on_the_page_with_reason_and_example(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    (photograph,) = house.documents.images
    await house.correction(application, (f"document:{photograph}", "blurred"), ("field:kana", "name_differs"))
    await enter(application)
    page = await browser.get("/application")
    for text in ("運転免許証", "写真がぼやけていて文字を読み取れません。", "お名前（カタカナ）", "良い例"):
        assert text in page.text, text
    assert "photo-blur.svg" in page.html


async def test_the_telephone_does_all_this_too(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    text = (await enter(application)).text
    assert f"受付番号「{application.receipt_number}」をお知らせください" in text.replace(" ", "")
    assert house.intake.policy.contact.phone in text
