"""A family types what it shares once; each of it has an application, a receipt number and a password of its own."""

from collections.abc import Awaitable, Callable

from services.intake import use_cases
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD, child
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import EMAIL, resident

Enter = Callable[[Application], Awaitable[Page]]
SECOND = "shiroikumo8"


async def test_what_a_family_shares_is_copied_and_nothing_else(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted(**child(filled_by="guardian", guardian_relation="father"))
    await enter(application)
    page = await browser.send(await browser.get("/application"), "/application/family")
    assert (page.url, "前の申請から写しました" in page.text) == ("/apply?kind=new&family=1", True)
    fields = page.form("/apply").fields
    copied = {name: fields[name] for name in ("postal_code", "phone", "email", "guardian_name", "guardian_relation")}
    assert copied == {
        "postal_code": "862-0971",
        "phone": "090-1234-5678",
        "email": "Hana@example.jp",
        "guardian_name": "水前寺 太郎",
        "guardian_relation": "father",
    }
    assert fields["address"] == application.applicant.display("address")
    assert (fields["filled_by"], fields["category"]) == ("guardian", "resident")
    assert {fields[name] for name in ("name", "kana", "birth_year", "birth_month", "birth_day", "password")} == {""}
    assert "consent" not in fields


async def test_one_address_serves_several_applications_each_with_its_password(
    house: House, browser: Browser, enter: Enter
) -> None:
    first = await house.submitted()
    await enter(first)
    page = await browser.send(await browser.get("/application"), "/application/family")
    typed = resident(filled_by=None, name="水前寺 次郎", password=SECOND)
    page = await browser.send(page, "/apply", **{**page.form("/apply").fields, **typed, "filled_by": "helper"})
    page = await browser.send(page, "/apply/register")
    (*_, received) = await house.events("application.received.v1")
    assert received.data["email"] == "Hana@example.jp"
    second = await house.application(received.subject)
    assert (second.applicant.filled_by, second.applicant.display("name")) == ("helper", "水前寺 次郎")
    for application, password in ((first, PASSWORD), (second, SECOND)):
        signed_in = await use_cases.sign_in(house.intake, EMAIL, password, application.receipt_number, None)
        assert signed_in.application.id == application.id


async def test_only_who_is_signed_in_begins_with_what_another_typed(house: House, browser: Browser) -> None:
    await house.submitted()
    page = await browser.get("/apply")
    assert (await browser.post("/application/family", page.own)).status == 401
