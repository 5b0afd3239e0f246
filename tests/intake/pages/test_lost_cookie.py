"""A form whose cookie was lost is refused, and nothing typed with it: one press sends it again."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import EMAIL, resident

Enter = Callable[[Application], Awaitable[Page]]
Apply = Callable[..., Awaitable[Page]]


def lose(house: House) -> None:
    """The browser drops the cookie that its forms belong to, and no other."""
    house.client.session.cookie_jar.clear(lambda cookie: cookie.key == "intake_form")


def set_anew(page: Page) -> list[str]:
    return [cookie.partition("=")[0] for cookie in page.headers.getall("Set-Cookie", [])]  # type: ignore[attr-defined]


async def test_the_form_of_a_registration_is_there_again_with_all_that_was_typed(
    house: House, browser: Browser
) -> None:
    form = await browser.get("/apply?kind=new")
    lose(house)
    page = await browser.send(form, "/apply", **resident())
    assert (page.status, page.heading, "intake_form" in set_anew(page)) == (403, "もう一度、送ってください", True)
    assert "住所 熊本市中央区大江６丁目１ー74" in page.text
    kept = page.form("/apply").fields
    typed = {name: text for name, text in resident().items() if name != "password"}
    assert {name: kept[name] for name in typed} == typed
    assert PASSWORD not in page.html
    assert await house.rows("drafts") == 0
    page = await browser.send(page, "/apply", password=PASSWORD)
    assert page.url == "/apply/confirm"


async def test_a_form_of_one_s_own_is_sent_again_by_one_press_for_the_same_application(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.receive()
    await enter(application)
    form = await browser.get("/application/details?field=address")
    lose(house)
    page = await browser.send(form, "/application/details", address="熊本市北区\n植木町1")
    assert (page.status, page.form("/application/details").fields["address"]) == (403, "熊本市北区\n植木町1")
    await browser.send(page, "/application/details")
    assert "植木町" in (await house.application(application.id)).applicant.display("address")


async def test_signing_in_asks_for_the_password_alone_once_more(house: House, browser: Browser) -> None:
    application = await house.receive()
    form = await browser.get("/sign-in")
    lose(house)
    page = await browser.send(form, "/sign-in", application=application.receipt_number, email=EMAIL, password=PASSWORD)
    assert (page.status, PASSWORD in page.html) == (403, False)
    page = await browser.send(page, "/sign-in", password=PASSWORD)
    assert page.url == "/application/documents"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
async def test_what_another_site_filled_in_is_not_one_press_away(
    house: House, browser: Browser, headers: dict[str, str]
) -> None:
    await browser.get("/apply")
    page = await browser.post("/apply", {"name": "水前寺 花子"}, headers=headers)
    assert (page.status, "水前寺" in page.html) == (403, False)


async def test_what_was_typed_is_shown_as_text_and_never_as_markup(house: House, browser: Browser) -> None:
    form = await browser.get("/apply?kind=new")
    lose(house)
    page = await browser.send(form, "/apply", **resident(name='"><script>alert(1)</script>'))
    assert "<script>alert" not in page.html


async def test_a_script_is_given_a_new_token_and_the_photograph_goes_up(
    house: House, browser: Browser, enter: Enter
) -> None:
    await enter(await house.receive())
    page = await browser.get("/application/documents?type=driving_licence&side=front&address=current")
    lose(house)
    headers = {"Accept": "application/json", "X-CSRF-Token": page.own["csrf_token"], "X-Page-Of": page.own["page_of"]}

    async def send() -> aiohttp.ClientResponse:
        data = aiohttp.FormData({"type": "driving_licence", "side": "front", "address": "current"})
        data.add_field("document", b"bytes", filename="photo.jpg")
        async with house.client.post("/application/documents", data=data, headers=headers) as answer:
            await answer.read()
            return answer

    refused = await send()
    assert (refused.status, len(house.documents.images)) == (403, 0)
    headers["X-CSRF-Token"] = refused.headers["X-CSRF-Token"]
    assert ((await send()).status, len(house.documents.images)) == (201, 1)


async def test_the_same_person_again_is_told_so_before_confirming(house: House, browser: Browser, apply: Apply) -> None:
    first = await browser.send(await apply(), "/apply/register")
    [received] = await house.events("application.received.v1")
    again = await apply(email="other@example.jp")
    assert "同じ方の申請は、この端末から受け付け済みです" in again.text
    assert received.data["receipt_number"] in again.text
    result = await browser.get(next(link for link in again.links if link.startswith("/apply/done")))
    assert result.text == first.text


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"name": "水前寺 次郎", "kana": "スイゼンジ ジロウ", "birth_year": "5"}, False),
        ({"birth_year": "5", "email": "other@example.jp"}, False),
        ({"name": "水前寺 次郎", "kana": "スイゼンジ ジロウ"}, True),
        ({"birth_year": "5"}, True),
        ({"name": "水前寺 次郎", "email": "other@example.jp"}, False),
    ],
)
async def test_who_is_another_is_told_nothing(
    browser: Browser, apply: Apply, other: dict[str, str], told: bool
) -> None:
    await browser.send(await apply(), "/apply/register")
    assert ("同じ方の申請は、" in (await apply(**other)).text) is told


async def test_nobody_learns_of_an_application_from_another_browser(
    house: House, browser: Browser, apply: Apply
) -> None:
    await browser.send(await apply(), "/apply/register")
    house.client.session.cookie_jar.clear()
    assert "同じ方の申請は、" not in (await apply()).text
