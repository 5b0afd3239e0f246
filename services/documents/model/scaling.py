"""Making pictures smaller without holding them twice: by bands of rows, each brought to plain colours as it is scaled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from services.documents.model.sizes import Wanted

#: Pixels of a band: some megabytes.
_BAND = 1 << 20
#: Bytes of a pixel, by the modes in which HEIF is decoded.
_HEIF_MODES = {"RGB": 3, "RGBA": 4, "RGBa": 4}


@dataclass(frozen=True)
class Rows:
    """A decoded picture: its size, and its rows from one number up to another, in plain colours."""

    size: tuple[int, int]
    mode: str
    band: Callable[[int, int], Image.Image]
    #: The picture itself, where it is plain as it is.
    whole: Image.Image | None = None


def of_picture(image: Image.Image) -> Rows:
    """The rows of a picture that Pillow has decoded."""
    if image.mode in ("L", "RGB", "CMYK", "YCbCr") and "transparency" not in image.info:
        return Rows(image.size, image.mode, lambda top, end: image.crop((0, top, image.width, end)), image)
    mode = "L" if image.mode in ("1", "F") or image.mode.startswith("I") else "RGB"
    return Rows(image.size, mode, lambda top, end: _plain(image.crop((0, top, image.width, end))))


def of_heif(decoded: Any) -> Rows:
    """The rows of a picture that pillow-heif has decoded, taken from its own memory."""
    mode, (width, height), stride = decoded.mode, decoded.size, decoded.stride
    view: Any = memoryview(decoded.data)
    if mode not in _HEIF_MODES:
        return of_picture(decoded.to_pillow())

    def band(top: int, end: int) -> Image.Image:
        rows = view[top * stride : end * stride]
        return _plain(Image.frombuffer(mode, (width, end - top), rows, "raw", mode, stride, 1))

    return Rows((width, height), "RGB", band)


def fitted(rows: Rows, wants: Wanted) -> Image.Image:
    """The picture at a scale that is wanted: whole divisors cost next to nothing, others a little."""
    # Less than half a pixel.
    if wants.most * max(rows.size) > max(rows.size) - 0.5:
        return _reduced(rows, 1)
    divisor = max(1, -int(-1 // wants.most))
    if wants.fits(divisor):
        return _reduced(rows, divisor)
    width, height = (max(1, round(each * wants.most)) for each in rows.size)
    # Hamming reaches half as far as Lanczos, at a third of its cost, and leaves print as sharp.
    return _reduced(rows, max(1, int(1 / wants.most))).resize((width, height), Image.Resampling.HAMMING)


def _reduced(rows: Rows, divisor: int) -> Image.Image:
    if rows.whole is not None:
        return rows.whole if divisor == 1 else rows.whole.reduce(divisor)
    width, height = rows.size
    step = max(divisor, _BAND // width // divisor * divisor)
    if step >= height:
        return rows.band(0, height).reduce(divisor) if divisor > 1 else rows.band(0, height)
    result = Image.new(rows.mode, (-(-width // divisor), -(-height // divisor)))
    for top in range(0, height, step):
        band = rows.band(top, min(height, top + step))
        result.paste(band.reduce(divisor) if divisor > 1 else band, (0, top // divisor))
    return result


def _plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be scaled well: palettes, bits and 16 bits resolved, see-through parts white."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "F"):
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "RGBa", "La", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image.convert("RGB"), mask=image.getchannel("A"))
        return white
    return image.convert("RGB")
