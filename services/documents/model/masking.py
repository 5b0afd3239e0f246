"""Masking: black boxes burnt into the pixels. What was under them is in none of the new renditions.

Runs in the decoder's worker. Its image is one of our own reading renditions; what it was made from exists no more.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from services.documents.model.document import RENDITIONS, Rendition

#: More than any document has numbers.
MOST_BOXES = 50
_QUALITY = 85


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


def burn(jpeg: bytes, boxes: Sequence[Box]) -> list[Rendition]:
    """Every rendition anew, largest first, with the boxes black: rounded outwards, never a pixel less than asked."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
        picture = opened.convert("RGB")
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        draw.rectangle(_pixels(box, *picture.size), fill="black")
    return [_rendition(picture, name, longest) for name, longest in RENDITIONS.items()]


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom pixel, all of them black."""
    left, top = math.floor(box.x * width), math.floor(box.y * height)
    right, bottom = math.ceil((box.x + box.width) * width), math.ceil((box.y + box.height) * height)
    return max(0, left), max(0, top), min(width, right), min(height, bottom)


def _rendition(picture: Image.Image, name: str, longest: int) -> Rendition:
    scale = min(1.0, longest / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    fitted = picture if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = io.BytesIO()
    fitted.save(stream, "JPEG", quality=_QUALITY)
    return Rendition(name, *size, stream.getvalue())
