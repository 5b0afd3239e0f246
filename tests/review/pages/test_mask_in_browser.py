"""The page where numbers are covered, in a real browser: boxes drawn by mouse and by touch, moved by keyboard."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page

from services.review import use_cases
from tests.documents import pictures
from tests.end_to_end.browser import launched, look
from tests.review import samples
from tests.review.conftest import PASSWORD, House

BOXES = """
[...document.querySelectorAll(".mask-box")].map(
    (box) => ["left", "top", "width", "height"].map((side) => Math.round(parseFloat(box.style[side]))))
"""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


async def mask_page(house: House, page: Page) -> str:
    """Signed in, at the page that masks; the path of its case."""
    document = {
        **samples.document(),
        "type": "eligibility_certificate",
        "mask": "pending",
        "width": 1280,
        "height": 800,
    }
    house.vault.images[UUID(document["id"])] = pictures.jpeg(pictures.card(1280, 800))
    case = (await house.case(documents=[document])).case
    await use_cases.claim(house.review, case.id, house.reviewer)
    path = f"/cases/{case.id}"
    await page.goto(str(house.client.make_url("/sign-in")))
    await page.get_by_label("職員ID").fill("hana")
    await page.get_by_label("パスワード").fill(PASSWORD)
    await page.get_by_role("button", name="ログイン", exact=True).click()
    await page.wait_for_url("**/queue")
    await page.goto(str(house.client.make_url(f"{path}/documents/{document['id']}/mask")))
    await page.locator(".stage.live").scroll_into_view_if_needed()
    return path


async def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen this share of the image is, in percent."""
    area = await page.locator(".stage").bounding_box()
    assert area is not None
    return area["x"] + area["width"] * x / 100, area["y"] + area["height"] * y / 100


async def drag_mouse(page: Page, *way: tuple[float, float]) -> None:
    first, *others = [await point(page, *each) for each in way]
    await page.mouse.move(*first)
    await page.mouse.down()
    for each in others:
        await page.mouse.move(*each, steps=3)
    await page.mouse.up()


async def drag_finger(page: Page, *way: tuple[float, float]) -> None:
    session = await page.context.new_cdp_session(page)
    for kind, each in [("touchStart", way[0]), *(("touchMove", each) for each in way[1:])]:
        x, y = await point(page, *each)
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize(("width", "touch"), [(360, True), (1280, False)], ids=["touch", "mouse"])
async def test_boxes_are_drawn_moved_taken_back_and_covered(
    house: House, chromium: Browser, width: int, touch: bool
) -> None:
    context = await chromium.new_context(
        viewport={"width": width, "height": 780}, locale="ja-JP", has_touch=touch, is_mobile=touch
    )
    page = await context.new_page()
    page.set_default_timeout(20_000)
    drag = drag_finger if touch else drag_mouse
    case = await mask_page(house, page)
    await drag(page, (10, 20), (25, 30), (40, 40))
    assert await page.evaluate(BOXES) == [[10, 20, 30, 20]]
    # By its middle, and beyond the edge: it stays on the image.
    await drag(page, (25, 30), (50, 60), (55, 60))
    assert await page.evaluate(BOXES) == [[40, 50, 30, 20]]
    # From right to left, over what is there already: a second box.
    await drag(page, (90, 95), (80, 90), (75, 80))
    assert await page.evaluate(BOXES) == [[40, 50, 30, 20], [75, 80, 15, 15]]
    await look(page, f"mask-{'touch' if touch else 'mouse'}")
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowUp"):
        await page.keyboard.press(key)
    assert (await page.evaluate(BOXES))[1] == [76, 81, 14, 14]
    await page.keyboard.press("Delete")
    await page.keyboard.press("Enter")
    assert await page.evaluate(BOXES) == [[40, 50, 30, 20], [35, 45, 30, 10]]
    await page.get_by_role("button", name="枠を取り消す").click()
    assert await page.evaluate(BOXES) == [[40, 50, 30, 20]]
    await page.get_by_role("button", name="選択した場所を隠す").click()
    await page.wait_for_url(f"**{case}")
    [asked] = house.vault.asked
    assert [round(asked["boxes"][0][side], 2) for side in ("x", "y", "width", "height")] == [0.4, 0.5, 0.3, 0.2]
    assert len(asked["boxes"]) == 1
    await context.close()
