"""Who is signed in is told how long, warned before it ends, and can make it longer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from services.intake.model.applications import Application
from tests.end_to_end.browser import launched, look, opened
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import EMAIL

Enter = Callable[[Application], Awaitable[Page]]


async def left(house: House, own: dict[str, str]) -> tuple[int, bool]:
    """What GET /session answers."""
    async with house.client.get("/session", headers={"X-Page-Of": own["page_of"]}) as response:
        answer = await response.json()
        return answer["seconds"], answer["extendable"]


async def left_of(house: House) -> int:
    """Seconds until the only session there is ends by idling."""
    async with house.intake.db.connection() as conn:
        used_at = await conn.fetchval("SELECT used_at FROM sessions")
    return int((used_at + house.intake.policy.sessions.idle - house.clock()).total_seconds())


async def stay(house: House, own: dict[str, str]) -> tuple[int, int | None]:
    """The status of POST /session, and the seconds it gives."""
    async with house.client.post("/session", data=own) as response:
        return response.status, (await response.json())["seconds"] if response.status == 200 else None


async def test_every_page_says_when_one_is_signed_out_and_only_to_who_is_signed_in(
    house: House, browser: Browser, enter: Enter
) -> None:
    assert "自動でログアウト" not in (await browser.get("/sign-in")).text
    await enter(await house.receive())
    for path in ("/application", "/application/documents", "/application/details", "/application/no-such-page"):
        text = (await browser.get(path)).text
        said = "30分のあいだ操作がないと、自動でログアウトします。操作を続けていても、11月23日（月） 0:00にログアウトします。"
        assert (said in text) == (path != "/application/no-such-page"), path


async def test_to_ask_is_no_use_and_to_stay_is_until_half_a_day_is_over(
    house: House, browser: Browser, enter: Enter
) -> None:
    page = await enter(await house.receive())
    own = page.own
    house.clock.move(minutes=28)
    assert [await left(house, own), await left(house, own)] == [(120, True)] * 2
    assert await stay(house, own) == (200, 1800)
    assert await left(house, own) == (1800, True)
    for _ in range(24):
        house.clock.move(minutes=28)
        assert (await stay(house, own))[0] == 200
    house.clock.move(minutes=19)
    assert await left(house, own) == (60, False)
    assert await stay(house, own) == (200, 60)
    house.clock.move(minutes=1)
    assert await stay(house, own) == (401, None)
    assert (await browser.get("/session")).status == 401


async def test_nobody_stays_signed_in_without_a_session_or_by_anothers_page(
    house: House, browser: Browser, enter: Enter
) -> None:
    own = (await browser.get("/sign-in")).own
    assert await stay(house, own) == (401, None)
    assert (await browser.get("/session")).status == 401
    page = await enter(await house.receive())
    assert await stay(house, {**page.own, "csrf_token": "forged"}) == (403, None)


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    async with launched() as browser:
        yield browser


async def test_the_warning_comes_two_minutes_before_and_one_key_goes_on_until_half_a_day_is_over(
    house: House, chromium: Chromium
) -> None:
    application = await house.receive()
    async with opened(chromium) as page:
        await page.clock.install()

        async def pass_by(minutes: int) -> None:
            house.clock.move(minutes=minutes)
            await page.clock.fast_forward(minutes * 60_000)

        await page.goto(str(house.client.make_url(f"/continue/{application.id}")))
        await page.fill("#email", EMAIL)
        await page.fill("#password", PASSWORD)
        await page.get_by_role("button", name="ログイン", exact=True).click()
        await page.wait_for_url("**/application/documents")
        warning = page.get_by_role("alertdialog", name="まもなくログアウトします")
        await expect(warning).to_be_hidden()
        await pass_by(28)
        await expect(warning.get_by_role("button", name="続ける")).to_be_focused()
        await look(page, "session-ends")
        await page.keyboard.press("Enter")
        await expect(warning).to_be_hidden()
        assert await left_of(house) == 1800
        async with house.intake.db.connection() as conn:
            half_a_day = house.intake.policy.sessions.absolute
            await conn.execute(
                "UPDATE sessions SET created_at = $1", house.clock() + timedelta(minutes=30) - half_a_day
            )
        await pass_by(28)
        await expect(warning).to_contain_text("この時間は、延長できません")
        await look(page, "session-ends-for-good")
        await expect(warning.get_by_role("button", name="閉じる")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(warning).to_be_hidden()
        await pass_by(3)
        await page.wait_for_url("**/sign-in?ended=1")
        await look(page, "session-ended")
        await expect(page.get_by_role("status")).to_contain_text("送り終えた写真や内容は、すべて残っています。")
