"""What the page of the photographs burns and draws, in a real browser, before anything is sent."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Page

from tests.end_to_end.browser import launched

SCRIPT = Path(__file__).parents[2] / "services/intake/static/photo-edit.js"
BUTTONS = "".join(f'<button data-do="{name}"></button>' for name in ("mask", "crop", "left", "right", "remove"))
TOOLS = f"""<!DOCTYPE html><div data-side="front"><div id="tools"><p data-unseen hidden></p><div data-seen hidden>
<div class="stage"></div><p data-help></p>{BUTTONS}</div></div></div>"""
#: In percent of the picture as it is seen.
PLACE = [31.3, 41.7, 25.1, 9.3]
DRAWN = """async ([file, place, anew, turns]) => {
  const { edit } = await import("/photo-edit.js");
  const bytes = Uint8Array.from(atob(file), (each) => each.charCodeAt(0));
  const tools = document.getElementById("tools");
  const places = place ? [{ name: "number", box: place }] : [];
  const edited = await edit(new File([bytes], "photo.jpg"), tools, { text: (name) => name, say() {}, places });
  if (place) tools.querySelector("[data-do=mask]").click();
  for (let turn = 0; turn < turns; turn += 1) tools.querySelector("[data-do=right]").click();
  const drawn = new Uint8Array(await (await edited.picture(anew)).arrayBuffer());
  return btoa(Array.from(drawn, (each) => String.fromCharCode(each)).join(""));
}"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with launched() as browser:
        page = await browser.new_page()
        await page.route(
            "**/photo-edit.js", lambda route: route.fulfill(body=SCRIPT.read_text(), content_type="text/javascript")
        )
        await page.route("http://ouchi.test/", lambda route: route.fulfill(body=TOOLS, content_type="text/html"))
        await page.goto("http://ouchi.test/")
        yield page


def numbered(size: tuple[int, int], number: str, orientation: int) -> bytes:
    """A JPEG as a phone held that way writes it; only what is in PLACE depends on the number."""
    width, height = size
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    x, y, wide, high = PLACE
    left, top = int(x * width / 100) + 1, int(y * height / 100) + 1
    label = Image.new("RGB", (int(wide * width / 100) - 2, int(high * height / 100) - 2), "white")
    ImageDraw.Draw(label).text(
        (0, 0), number, fill=(200, 0, 0) if number[0] == "1" else (0, 0, 200), font=ImageFont.load_default(label.height)
    )
    picture.paste(label, (left, top))
    turn = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[orientation]
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    (picture if turn is None else picture.transpose(turn)).save(stream, "JPEG", quality=70, exif=exif)
    return stream.getvalue()


async def drawn(page: Page, image: bytes, place: list[float] | None, anew: bool = False, turns: int = 0) -> bytes:
    await page.reload()
    answer: str = await page.evaluate(DRAWN, [base64.b64encode(image).decode(), place, anew, turns])
    return base64.b64decode(answer)


async def test_what_is_sent_is_the_same_whatever_number_was_covered(page: Page) -> None:
    for size, orientation, turns in (((633, 397), 1, 0), ((633, 397), 3, 0), ((640, 480), 6, 1), ((3000, 2100), 6, 0)):
        one, other = (numbered(size, number, orientation) for number in ("123456", "998877"))
        assert one != other
        sent = [await drawn(page, each, PLACE, turns=turns) for each in (one, other)]
        assert sent[0] == sent[1], (size, orientation)


async def test_what_is_too_large_is_drawn_smaller_and_stays_legible(page: Page) -> None:
    for size, most in (((4000, 3000), (2400, 1800)), ((1200, 8000), (1000, 6667)), ((900, 600), (900, 600))):
        picture = Image.open(io.BytesIO(await drawn(page, numbered(size, "123456", 1), None, anew=True)))
        assert (picture.size, picture.format) == (most, "JPEG")


async def test_nothing_done_sends_the_file_as_it_is(page: Page) -> None:
    image = numbered((640, 400), "123456", 1)
    assert await drawn(page, image, None) == image
