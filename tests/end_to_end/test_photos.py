"""Photographs in a real browser: covered before they leave it, several at once, and on a line that breaks off twice."""

import io
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, Route, expect

from tests.end_to_end.browser import launched, look, opened
from tests.end_to_end.people import PASSWORD, Person, photo
from tools.system import System

DOCUMENTS = "/application/documents"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "card.jpg"
    file.write_bytes(photo())
    return file


async def enter(page: Page, system: System, person: Person) -> None:
    """Sign in to an application whose e-mail address is proven."""
    await person.apply()
    await person.follow_link()
    await page.goto(f"{system.url('intake')}/sign-in")
    await page.get_by_label("受付番号").first.fill(person.receipt_number)
    await page.get_by_label("メールアドレス").first.fill(person.email)
    await page.get_by_label("パスワード").fill(PASSWORD)
    await page.get_by_role("button", name="ログイン", exact=True).click()
    await page.wait_for_url(f"**{DOCUMENTS}")


def read_code(screenshot: bytes) -> str:
    """What the telephone's camera reads."""
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(screenshot)).convert("L"))
    return found.text


async def test_numbers_are_covered_before_the_picture_leaves_the_browser(
    system: System, person: Person, browser: Browser, picture: Path
) -> None:
    async with opened(browser) as page:
        await enter(page, system, person)
        await page.goto(f"{system.url('intake')}{DOCUMENTS}?type=eligibility_certificate&address=current")
        await look(page, "photo-covering-empty")
        unseen = picture.with_name("photo.heic")
        unseen.write_bytes(b"no browser shows this")
        await page.get_by_label("表面の写真").set_input_files(unseen)
        await expect(page.get_by_text("このファイルは、この画面では表示できません")).to_be_visible()
        await page.get_by_role("button", name="この写真を送る").click()
        await expect(page.get_by_text("写真として開けませんでした。別の写真を選択してください。")).to_be_visible()
        await look(page, "photo-refused")
        paper = picture.with_name("card.pdf")
        paper.write_bytes(b"%PDF-1.7")
        await page.get_by_label("表面の写真").set_input_files(paper)
        await page.get_by_role("button", name="この写真を送る").click()
        await expect(page.get_by_text("このPDFは受け取れません。")).to_be_visible()
        large = picture.with_name("large.jpg")
        with large.open("wb") as file:
            file.truncate(20 * 1024 * 1024 + 1)
        await page.get_by_label("表面の写真").set_input_files(large)
        await expect(page.get_by_text("写真のファイルが大きすぎます。")).to_be_visible()
        await page.get_by_label("表面の写真").set_input_files(picture)
        await page.get_by_role("button", name="隠す場所を追加").click()
        box = page.get_by_role("button", name="隠す場所 1 保険者番号")
        await expect(box).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Shift+ArrowDown")
        await expect(page.get_by_text("左から7％、上から80％、幅44％、高さ13％")).to_be_visible()
        await page.get_by_role("button", name="隠す場所を追加").click()
        await page.keyboard.press("Delete")
        await expect(page.get_by_role("button", name="隠す場所 2")).to_have_count(0)
        canvas = await page.locator(".stage canvas").bounding_box()
        assert canvas
        await page.locator(".stage").scroll_into_view_if_needed()
        canvas = await page.locator(".stage canvas").bounding_box()
        assert canvas
        await page.mouse.move(canvas["x"] + canvas["width"] * 0.5, canvas["y"] + canvas["height"] * 0.2)
        await page.mouse.down()
        await page.mouse.move(canvas["x"] + canvas["width"] * 0.9, canvas["y"] + canvas["height"] * 0.4, steps=4)
        await page.mouse.up()
        await expect(page.get_by_role("button", name="隠す場所 2")).to_be_focused()
        await look(page, "photo-covering")
        await page.get_by_role("button", name="この写真を送る").click()
        await expect(page.get_by_text("写真を受け取りました").first).to_be_visible()
        await look(page, "photo-covered")
        small = page.locator(".photos a")
        await small.click()
        await expect(small).to_have_attribute("aria-expanded", "true")
        await expect(small.locator("img")).to_have_attribute("src", re.compile("/screen$"))
        await page.keyboard.press("Enter")
        await expect(small).to_have_attribute("aria-expanded", "false")
        await expect(small.locator("img")).to_have_attribute("src", re.compile("/thumbnail$"))
        [sent] = (await person.look())["documents"]
        shown = await page.request.get(f"{system.url('intake')}{DOCUMENTS}/{sent['id']}/reading")
        image = Image.open(io.BytesIO(await shown.body())).convert("L")
        for x, y, covered in ((0.25, 0.87, True), (0.7, 0.3, True), (0.3, 0.5, False)):
            level = image.getpixel((int(image.width * x), int(image.height * y)))
            assert isinstance(level, int)
            assert (level < 40) == covered, (x, y, level)


async def test_both_sides_on_a_line_that_breaks_off_twice(
    system: System, person: Person, browser: Browser, picture: Path, tmp_path: Path
) -> None:
    back = tmp_path / "back.jpg"
    back.write_bytes(photo(secrets.token_hex(4), (900, 600)))
    broken = 0

    async def break_off(route: Route) -> None:
        nonlocal broken
        if route.request.method == "POST" and broken < 2:
            broken += 1
            await route.abort("connectionreset")
        else:
            await route.fallback()

    async with opened(browser) as page:
        await enter(page, system, person)
        await page.goto(f"{system.url('intake')}{DOCUMENTS}?type=driving_licence&address=old")
        line = await page.context.new_cdp_session(page)
        slow = {"offline": False, "latency": 200, "downloadThroughput": 60_000, "uploadThroughput": 400_000}
        await line.send("Network.emulateNetworkConditions", slow)
        await page.route(f"**{DOCUMENTS}", break_off)
        await page.get_by_role("button", name="この写真を送る").click()
        await expect(page.get_by_text("写真を選択してください。")).to_be_visible()
        await page.get_by_label("表面の写真").set_input_files([picture, back])
        await expect(page.locator(".stage canvas")).to_have_count(2)
        front = page.locator(".slot").first
        await front.get_by_role("button", name="右に回す").click()
        await front.get_by_role("button", name="切り取る").click()
        await look(page, "photo-both-sides")
        await page.get_by_role("button", name="この写真を送る").click()
        await expect(page.get_by_text("自動でもう一度送ります（2回目）")).to_be_visible()
        await look(page, "photo-again")
        await page.wait_for_url(f"**{DOCUMENTS}?sent=**")
        await look(page, "photo-sent")
        assert broken == 2
        sizes = {each["side"]: (each["width"], each["height"]) for each in (await person.look())["documents"]}
        assert sizes == {"front": (900, 1440), "back": (900, 600)}


async def test_from_the_computer_to_the_telephone_and_back(
    system: System, person: Person, browser: Browser, picture: Path
) -> None:
    async with opened(browser, 1280) as computer, opened(browser, 360) as phone:
        await enter(computer, system, person)
        await look(computer, "handover-offered")
        await computer.get_by_role("button", name="スマートフォンで写真を撮る").click()
        code = computer.get_by_role("img", name="スマートフォンで読み取るQRコード")
        await expect(code).to_be_visible()
        await look(computer, "handover-code")
        link = read_code(await code.screenshot())
        assert link.startswith(f"{system.url('intake')}/handover/")
        await phone.goto(link)
        await look(phone, "handover-link")
        await phone.get_by_role("button", name="このスマートフォンで送る").click()
        await look(phone, "handover-documents")
        await expect(computer.get_by_text("スマートフォンと接続しました")).to_be_visible(timeout=20_000)
        await phone.get_by_role("link", name="運転免許証").first.click()
        await look(phone, "handover-address")
        await phone.get_by_role("link", name="はい").first.click()
        await phone.get_by_label("写真", exact=False).first.set_input_files(picture)
        await phone.get_by_role("button", name="この写真を送る").click()
        await phone.wait_for_url(f"**{DOCUMENTS}?sent=**")
        await look(phone, "handover-sent")
        await expect(computer.get_by_text("写真が1枚届きました。")).to_be_visible(timeout=20_000)
        await look(computer, "handover-arrived")
        await phone.get_by_role("button", name="写真を送り終わりました").click()
        await expect(phone.get_by_role("heading", name="写真を送り終わりました")).to_be_visible()
        await look(phone, "handover-ended")
        await computer.wait_for_url(f"**{DOCUMENTS}")
        await expect(computer.get_by_role("link", name="申請の確認へ進む")).to_be_visible()
