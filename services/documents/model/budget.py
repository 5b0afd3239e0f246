"""What decoding a picture would cost, by what it says of itself, before anything of it is decoded.

The figures are what the decoders were seen to take (tests/documents/test_budget.py measures them in a worker), a little
rounded up: bytes for each pixel, the picture that comes out included.
"""

from PIL import Image

from services.documents.model.jpeg import Frame
from services.documents.model.kinds import AVIF, BMP, GIF, HEIF, PNG, TIFF, WEBP

#: Bytes for the file and its decoding together. A worker has some 40 MB before it begins, and may have 330 MB.
BUDGET = 282_000_000
#: Of anything in a HEIF file, whatever it shows.
MOST_HEIF_PIXELS = 54_000_000
#: Encoders write ten scans, the most careful ones fifteen; each one is a walk through the whole picture.
MOST_SCANS = 32
#: Coefficients that are gone through, all scans together: 50 MP with twelve of them.
_MOST_WALKED = 1_200_000_000

#: Its animation's decoder holds two canvases, and hands out a copy.
_WEBP = 18.0
#: Planes, colours and a copy of them, of 10 bits a channel as well as of 8.
_AVIF = 15.0
#: Planes and colours for full colour resolution; with it halved, as all phones have it.
_HEIF_FULL, _HEIF_HALVED, _HEIF_DEEP, _HEIF_ALPHA = 9.7, 5.2, 3.0, 2.2
#: Pillow's own picture, by mode; every other mode takes four.
_STORED = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_PIXEL = 4
#: Of a TIFF's rows in one piece: up to four channels of 16 bits.
_TIFF_ROWS = {"1": 0.2, "L": 1.0, "P": 1.0, "I;16": 2.0, "I;16B": 2.0, "RGB": 6.0, "CMYK": 4.0}
_TIFF_MOST = 8.0
#: JPEG within a TIFF may be held whole, as coefficients.
_TIFF_JPEG = 6.0


def fits_jpeg(size: int, frame: Frame, pixels: int) -> bool:
    """Whether a JPEG of `size` bytes that is decoded to this many `pixels` can be afforded."""
    walked = frame.coefficients * frame.scans
    held = 0 if frame.by_lines else 2 * frame.coefficients + frame.coefficients // 16
    cheap = frame.by_lines or (frame.scans <= MOST_SCANS and walked <= _MOST_WALKED)
    return cheap and frame.scans <= MOST_SCANS and size + held + _PIXEL * pixels <= BUDGET


def fits(size: int, kind: str, opened: Image.Image) -> bool:
    """Whether an opened and not yet decoded picture can be afforded."""
    return size + opened.width * opened.height * _each(kind, opened) <= BUDGET


def fits_canvas(size: int, pixels: int) -> bool:
    """The same of a WebP, whose canvas is there once it is opened."""
    return size + pixels * _WEBP <= BUDGET


def _each(kind: str, opened: Image.Image) -> float:
    stored = _STORED.get(opened.mode, _PIXEL)
    if kind == PNG:
        # A moving one is laid out on a canvas.
        return stored + (2 if getattr(opened, "is_animated", False) else 0.2)
    if kind == GIF:
        return 3 * stored
    if kind == WEBP:
        return _WEBP
    if kind == AVIF:
        return _AVIF
    if kind == HEIF:
        return _heif(opened)
    if kind == TIFF:
        coded = _TIFF_JPEG if opened.info.get("compression") in ("jpeg", "tiff_jpeg") else 0
        return stored + _TIFF_ROWS.get(opened.mode, _TIFF_MOST) + coded
    assert kind == BMP
    return stored + 1


def _heif(opened: Image.Image) -> float:
    each = _HEIF_HALVED if opened.info.get("chroma") in (420, 400) else _HEIF_FULL
    if opened.info.get("bit_depth", 8) > 8:
        each += _HEIF_DEEP
    return each + (_HEIF_ALPHA if opened.mode.endswith(("A", "a")) else 0)
