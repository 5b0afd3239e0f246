"""From the computer to the telephone: a link that opens once and soon, and nothing but photographs behind it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient

from services.intake.model.applications import Application
from services.intake.use_cases import handovers, housekeeping
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import EMAIL
from tests.intake.test_passwords import reset, token_for

Enter = Callable[[Application], Awaitable[Page]]
FRONT = "/application/documents?type=driving_licence&side=front&address=current"
STATE = "/application/handover/state"


@pytest.fixture
async def application(house: House, enter: Enter) -> Application:
    application = await house.receive()
    await enter(application)
    return application


@pytest.fixture
async def phone(house: House) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        client: TestClient[Any, Any] = TestClient(house.client.server)
        client._session, own = session, client._session
        await own.close()
        yield Browser(client)


async def state(house: House) -> tuple[str, list[str]]:
    page = await Browser(house.client).get("/application/documents")
    async with house.client.get(STATE, headers={"X-Page-Of": page.own["page_of"]}) as response:
        found = await response.json()
    return found["state"], [each["name"] for each in found["photos"]]


async def opened(house: House, phone: Browser, application: Application) -> Page:
    token = await handovers.begin_handover(house.intake, application.id)
    return await phone.send(await phone.get(f"/handover/{token}"), f"/handover/{token}")


async def test_the_telephone_sends_and_the_computer_knows(
    house: House, browser: Browser, phone: Browser, application: Application
) -> None:
    page = await browser.get("/application/documents")
    page = await browser.send(page, "/application/handover")
    assert (page.heading, "<svg" in page.html) == ("スマートフォンで写真を撮る", True)
    assert await state(house) == ("waiting", [])

    page = await opened(house, phone, application)
    assert (page.url, page.heading) == ("/application/documents", "本人確認書類の写真を送る")
    assert "様の申請" not in page.text
    assert await state(house) == ("open", [])
    page = await phone.photograph(await phone.get(FRONT), b"front")
    assert "写真を受け取りました" in page.text
    assert await state(house) == ("open", ["運転免許証 表面"])
    page = await phone.send(page, "/application/handover/end")
    assert page.heading == "写真を送り終わりました"
    assert await state(house) == ("over", ["運転免許証 表面"])
    assert "/application/confirm" in (await browser.get("/application/documents")).links


async def test_the_link_does_nothing_until_its_button_is_pressed_and_then_once(
    house: House, phone: Browser, browser: Browser, application: Application
) -> None:
    token = await handovers.begin_handover(house.intake, application.id)
    page = await phone.get(f"/handover/{token}")
    await phone.get(f"/handover/{token}")
    assert (await state(house))[0] == "waiting"
    assert (await phone.send(page, f"/handover/{token}")).status == 200
    again = await browser.send(page, f"/handover/{token}", csrf_token=await _token(browser))
    assert (again.status, (await phone.get(f"/handover/{token}")).status) == (404, 404)


@pytest.mark.parametrize("minutes", [0, 11])
async def test_a_code_that_is_used_or_too_old_says_where_a_new_one_is(
    house: House, phone: Browser, application: Application, minutes: int
) -> None:
    token = await handovers.begin_handover(house.intake, application.id)
    page = await phone.get(f"/handover/{token}")
    if minutes:
        house.clock.move(minutes=minutes)
    else:
        await handovers.open_handover(house.intake, token)
    for over in (await phone.get(page.url), await phone.send(page, page.url)):
        assert (over.status, over.heading) == (404, "このQRコードは使えません")
        assert "パソコンの画面で「新しいQRコードを表示する」を押して" in over.text


async def test_the_page_of_a_document_offers_the_telephone_too(
    browser: Browser, phone: Browser, house: House, application: Application
) -> None:
    page = await browser.send(await browser.get(FRONT), "/application/handover")
    assert page.heading == "スマートフォンで写真を撮る"
    await opened(house, phone, application)
    assert "/application/handover" not in [form.action for form in (await phone.get(FRONT)).forms]


async def test_a_link_ends_after_ten_minutes_or_with_the_next_one(
    house: House, phone: Browser, application: Application
) -> None:
    token = await handovers.begin_handover(house.intake, application.id)
    page = await phone.get(f"/handover/{token}")
    house.clock.move(minutes=11)
    assert (await phone.send(page, f"/handover/{token}")).status == 404
    assert (await state(house))[0] == "over"
    first = await handovers.begin_handover(house.intake, application.id)
    page = await phone.get(f"/handover/{first}")
    await handovers.begin_handover(house.intake, application.id)
    assert (await phone.send(page, f"/handover/{first}")).status == 404
    assert (await phone.get("/application/documents")).status == 401


async def test_the_telephone_sees_no_personal_data(
    house: House, browser: Browser, phone: Browser, application: Application
) -> None:
    before = await house.photograph(application.id, "utility_bill", image=b"a letter")
    house.clock.move(minutes=1)
    page = await opened(house, phone, application)
    asked = await phone.get("/application/documents?type=driving_licence")
    shown = application.applicant
    for each in (page, asked):
        assert [text for text in (shown.display("name"), shown.display("address"), EMAIL) if text in each.html] == []
        assert ("公共料金" in each.text.partition("写真で確認すること")[0]) is False
    paths = ["", "/confirm", "/details", "/corrections", "/email", "/withdraw", "/erase", "/handover/state"]
    assert [(await phone.get(f"/application{path}")).status for path in paths] == [401] * len(paths)
    assert (await phone.get(f"/application/documents/{before.id}/screen")).status == 404
    removal = f"/application/documents/{before.id}/removal"
    await phone.post(removal, (await phone.get(FRONT)).own)
    assert list(house.documents.images.values()) == [b"a letter"]


async def test_the_telephone_stays_with_the_application_that_was_handed_over(
    house: House, phone: Browser, application: Application
) -> None:
    mother = await house.receive(name="母")
    page = await phone.get(f"/continue/{mother.id}/{await house.proof(mother)}")
    await phone.send(page, "/sign-in", email=EMAIL, password=PASSWORD)
    await opened(house, phone, application)
    await phone.photograph(await phone.get(FRONT), b"the child's")
    assert {grant.owner for grant in house.documents.grants} == {application.id}


async def test_what_was_opened_ends_after_half_an_hour_and_is_forgotten(
    house: House, phone: Browser, application: Application
) -> None:
    await opened(house, phone, application)
    house.clock.move(minutes=29)
    assert (await phone.get("/application/documents")).status == 200
    house.clock.move(minutes=1)
    assert (await phone.get("/application/documents")).status == 401
    house.clock.move(minutes=11)
    await housekeeping.forget_expired(house.intake)
    assert await house.rows("handovers") == 0


async def test_a_new_password_takes_it_from_the_telephone(
    house: House, phone: Browser, application: Application
) -> None:
    await opened(house, phone, application)
    await reset(house, application, await token_for(house, application))
    assert (await phone.get("/application/documents")).status == 401


@pytest.mark.parametrize("token", ["x", "%00", "a" * 500])
async def test_nobody_guesses_a_link(phone: Browser, house: House, token: str) -> None:
    assert (await phone.get(f"/handover/{token}")).status == 404


async def _token(browser: Browser) -> str:
    page = await browser.get("/sign-in")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
    assert found
    return found[1]
