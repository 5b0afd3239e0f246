"""Masking: black boxes burnt into the pixels. What was under them is in none of the new renditions.

A box alone hides nothing for good. JPEG codes blocks of 16 x 16 pixels (8 x 8 of brightness, colours halved), and what
was in a block is in all of it: digits were read from the ringing around a box that covered them exactly. A box grows as far
as the coding of what was sent carried (`reach`) and then to the grid of our own; every rendition is made from that.

Runs in the decoder's worker. Its image is one of our own reading renditions; what it was made from exists no more.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from services.documents.model import exact
from services.documents.model.document import GRID, RENDITIONS, Rendition
from services.documents.model.images import encoded
from services.documents.model.jpeg import frame_of
from services.documents.model.scaling import fitted, of_picture
from services.documents.model.sizes import wanted

#: More than any document has numbers.
MOST_BOXES = 50


@dataclass(frozen=True)
class Box:
    """A rectangle in fractions of the image's width and height, counted from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


def fault_of(box: Box) -> str | None:
    """Why this is no box on an image, as a code, or None. It may stick out of the image; it must touch it."""
    if not all(math.isfinite(each) for each in (box.x, box.y, box.width, box.height)):
        return "invalid"
    inside = -1 <= box.x < 1 and -1 <= box.y < 1 and box.x + box.width > 0 and box.y + box.height > 0
    return None if inside and 0 < box.width <= 2 and 0 < box.height <= 2 else "outside"


def burn(jpeg: bytes, boxes: Sequence[Box], reach: int = GRID) -> list[Rendition]:
    """Every rendition anew, largest first, with the boxes black: rounded outwards, never a pixel less than asked.

    `reach`: how many pixels what is at one place was carried by the coding of what was sent.
    """
    picture = _opened(jpeg)
    draw = ImageDraw.Draw(picture)
    black = (0, 128, 128) if picture.mode == "YCbCr" else (0, 0, 0)
    for box in boxes:
        draw.rectangle(_pixels(box, *picture.size, reach), fill=black)
    renditions = [Rendition(next(iter(RENDITIONS)), *picture.size, encoded(picture))]
    picture = picture.convert("RGB")
    for name in list(RENDITIONS)[1:]:
        picture = fitted(of_picture(picture), wanted(*picture.size, name))
        renditions.append(Rendition(name, *picture.size, encoded(picture)))
    return renditions


def _opened(jpeg: bytes) -> Image.Image:
    frame = frame_of(jpeg)
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
        if frame is not None and exact.can_be(frame, opened):
            return exact.decoded(jpeg)
        return opened.convert("RGB")


def _pixels(box: Box, width: int, height: int, reach: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom pixel, all of them black."""
    left, top = (_down(math.floor(at) - reach) for at in (box.x * width, box.y * height))
    right = _up(math.ceil((box.x + box.width) * width) + reach)
    bottom = _up(math.ceil((box.y + box.height) * height) + reach)
    return max(0, left), max(0, top), min(width, right) - 1, min(height, bottom) - 1


def _down(at: int) -> int:
    return at // GRID * GRID


def _up(at: int) -> int:
    return -(-at // GRID) * GRID
