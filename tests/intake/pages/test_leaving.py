"""On a computer of the library nothing is left of who was there before."""

from playwright.async_api import Page

from services.intake.model.applications import Application
from tests.end_to_end.browser import launched, opened
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.people import EMAIL


async def _signed_in(house: House, page: Page, application: Application) -> str:
    """The address of intake, once the page of the status is open."""
    url = str(house.client.make_url("")).rstrip("/")
    await page.goto(f"{url}/continue/{application.id}")
    await page.fill("#email", EMAIL)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url("**/application")
    return url


async def test_after_signing_out_going_back_shows_nothing(house: House) -> None:
    application = await house.submitted()
    async with launched() as chromium, opened(chromium) as page:
        url = await _signed_in(house, page, application)
        await page.goto(f"{url}/application/data")
        assert "水前寺" in await page.content()
        async with page.expect_response("**/sign-out") as answer:
            await page.click(".site-nav form button")
        assert (await (await answer.value).all_headers())["clear-site-data"] == '"cache", "storage"'
        await page.wait_for_url(f"{url}/")
        for _ in range(2):
            await page.go_back()
            said = await page.content()
            assert "水前寺" not in said
            assert application.receipt_number not in said
        assert {cookie["name"] for cookie in await page.context.cookies()} & {"intake_session", "intake_draft"} == set()
