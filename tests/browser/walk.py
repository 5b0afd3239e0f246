"""Goes through the pages by the names of their fields and by what things are, never by words: so in any language."""

from pathlib import Path

from playwright.async_api import Page

from tests.end_to_end.people import PASSWORD

GROWN_UP = {
    "filled_by": "self",
    "name": "髙橋　咲",
    "kana": "たかはし　さき",
    "birth_era": "平成",
    "birth_year": "２",
    "birth_month": "4",
    "birth_day": "25",
    "postal_code": "８６２ー０９７１",
    "address": "熊本県熊本市中央区大江６丁目１－７４",
    "phone": "０９０１２３４５６７８",
    "password": PASSWORD,
    "category": "resident",
    "pickup_branch": "main",
    "hold_contact": "phone",
    "consent": "true",
}


async def fill(page: Page, **typed: str) -> None:
    """Give the fields of these names these values, whatever kind of field each is; what is folded away is opened."""
    for name, value in typed.items():
        field = page.locator(f'main [name="{name}"]:not([type=hidden])').first
        await field.wait_for(state="attached")
        for fold in await field.locator("xpath=ancestor::details[not(@open)]").all():
            await fold.locator("summary").first.click()
        tag, type_ = await field.evaluate("field => [field.localName, field.type]")
        if tag == "select":
            await field.select_option(value)
        elif type_ in ("radio", "checkbox"):
            await page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif await field.input_value() != value:
            await field.fill(value)


async def send(page: Page, action: str) -> int:
    """Press the main button of the form that posts there, and wait for the page that follows; its status."""
    button = page.locator(f'main form[action^="{action}"] .actions button').first
    async with page.expect_navigation() as following:
        await button.click()
    answer = await following.value
    return answer.status if answer else 0


async def follow(page: Page, href: str) -> None:
    """Click the first link of the page that begins so, and wait for the page that follows."""
    async with page.expect_navigation():
        await page.locator(f'main a[href^="{href}"]:visible').first.click()


async def send_photo(page: Page, file: Path) -> None:
    """Choose the file and send it; with scripts the page goes on by itself."""
    await page.locator("main input[type=file]").first.set_input_files(file)
    async with page.expect_navigation():
        await page.locator('main form[action^="/application/documents"] .actions button').first.click()


async def sign_in(page: Page, email: str) -> None:
    """On the page that the mailed link opens."""
    await fill(page, email=email, password=PASSWORD)
    await send(page, "/sign-in")
