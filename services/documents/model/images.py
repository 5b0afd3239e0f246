"""Cleaning: from bytes that a stranger sent to upright sRGB JPEGs that hold pixels and nothing else.

Runs in the decoder's worker, never in the service itself: a decoder is the first thing that attackers send files to.
"""

import io
import math
import warnings
from contextlib import suppress
from dataclasses import dataclass

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, PngImagePlugin

from services.documents.model import budget, exact
from services.documents.model.document import GRID, INCOMPLETE, READING, RENDITIONS, SCREEN, SHRUNK, Cleaned, Rendition
from services.documents.model.jpeg import Frame, frame_of
from services.documents.model.kinds import AVIF, HEIF, JPEG, PDF, WEBP, heif_pixels, webp_pixels
from services.documents.model.scaling import Rows, fitted, of_heif, of_picture
from services.documents.model.scans import picture_in
from services.documents.model.sizes import Wanted, is_shrunk, wanted
from services.documents.model.warnings import noticed

QUALITY = 85
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: How a page of a PDF is turned, in degrees to the right, as an orientation.
_TURNED = {0: 1, 90: 6, 180: 3, 270: 8}
_SRGB = ImageCms.createProfile("sRGB")
#: Rows that may be missing at the end of a JPEG, as a share: the table under the card, not the card.
_LOST = 0.05
#: The grey of what was never decoded, in every channel; the ink of CMYK is counted the other way round.
_MISSING = (127, 128)
#: How far the coding of WebP, HEIF and AVIF carries what is at one place, in pixels: their transforms have up to 32.
_REACH_OF_BLOCKS = 32
#: Scaling blends what is this near in the result.
_REACH_OF_SCALING = 2

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
PngImagePlugin.MAX_TEXT_MEMORY = 8 << 20
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Unreadable(Exception):
    """Not an image of the kind that it claims to be, or a damaged one."""


class NotOnePicture(Exception):
    """A PDF that is more than the page of a scanner."""


class TooManyPixels(Exception):
    """More pixels than are decoded, or more than can be afforded."""


@dataclass(frozen=True)
class _Decoded:
    """A picture of about reading size, not yet upright, and what became of it on the way."""

    picture: Image.Image
    #: Of the picture as it was sent.
    size: tuple[int, int]
    orientation: int
    profile: bytes | None
    reach: int
    lost: bool = False


def clean(image: bytes, kind: str, max_pixels: int) -> Cleaned:
    """The first picture in `image`. Raises Unreadable, NotOnePicture or TooManyPixels (more than allowed or afforded)."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    orientation = None
    if kind == PDF:
        found = picture_in(image)
        if found is None or found[1] not in _TURNED:
            raise NotOnePicture
        (image, turned), kind = found, JPEG
        orientation = _TURNED[turned]
    try:
        return _cleaned(image, kind, max_pixels, orientation)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
        raise TooManyPixels from None
    except TooManyPixels:
        raise
    # A decoder fails in its own ways (SyntaxError, struct.error, EOFError, …); for a stranger's file all mean the same.
    except Exception as error:
        raise Unreadable from error


def _cleaned(image: bytes, kind: str, max_pixels: int, orientation: int | None) -> Cleaned:
    _refuse_by_announcement(image, kind, max_pixels)
    decoded = _decoded(image, kind, max_pixels, orientation)
    turn = _UPRIGHT.get(decoded.orientation)
    picture = _srgb(decoded.picture, decoded.profile)
    picture = picture.transpose(turn) if turn is not None else picture
    picture.info = {}
    shrunk = is_shrunk(*decoded.size, max(picture.size) / max(decoded.size))
    also = [code for code, is_so in ((INCOMPLETE, decoded.lost), (SHRUNK, shrunk)) if is_so]
    return _renditions(picture, decoded.reach, also)


def _refuse_by_announcement(image: bytes, kind: str, max_pixels: int) -> None:
    """What opening alone would reserve memory for, and what a file codes beside what it shows."""
    if kind == WEBP and not (webp_pixels(image) <= max_pixels and budget.fits_canvas(len(image), webp_pixels(image))):
        raise TooManyPixels
    if kind in (HEIF, AVIF) and heif_pixels(image) > min(max_pixels, budget.MOST_HEIF_PIXELS):
        raise TooManyPixels


def _decoded(image: bytes, kind: str, max_pixels: int, orientation: int | None) -> _Decoded:
    """The picture; nothing of the file itself is held any more."""
    with Image.open(io.BytesIO(image), formats=[kind]) as opened:
        if opened.width * opened.height > max_pixels:
            raise TooManyPixels
        return _jpeg(image, opened, orientation) if kind == JPEG else _other(image, kind, opened)


def _jpeg(image: bytes, opened: Image.Image, orientation: int | None) -> _Decoded:
    frame, size = frame_of(image), opened.size
    if frame is None or (frame.width, frame.height) != size:
        raise Unreadable
    wants = wanted(*size, READING)
    divisor = max(each for each in (1, 2, 4, 8) if each == 1 or 1 / each >= wants.least)
    pixels = -(-frame.width // divisor) * -(-frame.height // divisor)
    if not budget.fits_jpeg(len(image), frame, pixels):
        raise TooManyPixels
    about = size, _orientation(opened) if orientation is None else orientation, opened.info.get("icc_profile")
    if wants.most >= 1 and exact.can_be(frame, opened):
        with suppress(OSError):
            return _Decoded(exact.decoded(image), *about, _reach_of_grid(frame, about[1]))
    opened.draft(None, (max(1, frame.width // divisor), max(1, frame.height // divisor)))
    picture, lost = _loaded(image, opened, frame)
    # The scale that is left to do, now that the decoder has done its part.
    done = max(picture.size) / max(size)
    if wants.most >= 1 and len(set(frame.sampling)) == 1:
        return _Decoded(picture, *about, _reach_of_grid(frame, about[1]), lost)
    picture = fitted(of_picture(picture), Wanted(min(1.0, wants.least / done), min(1.0, wants.most / done)))
    scale = max(picture.size) / max(size)
    return _Decoded(picture, *about, math.ceil(max(frame.unit) * scale) + _REACH_OF_SCALING, lost)


def _loaded(image: bytes, opened: Image.Image, frame: Frame) -> tuple[Image.Image, bool]:
    """The decoded picture, and whether some of its end was missing. Raises what Pillow raises where it is too much."""
    try:
        opened.load()
        return opened, False
    except OSError:
        if not frame.complete:
            raise
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        again = Image.open(io.BytesIO(image), formats=[JPEG])
        again.draft(None, opened.size)
        again.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if _rows_lost(again) > _LOST * again.height:
        raise Unreadable
    return again, True


def _rows_lost(picture: Image.Image) -> int:
    """Rows at the end that are the grey of what was never decoded."""
    there = [0 if value in _MISSING else 255 for value in range(256)]
    boxes = [picture.getchannel(band).point(there).getbbox() for band in picture.getbands()]
    return picture.height - max((box[3] for box in boxes if box), default=0)


def _reach_of_grid(frame: Frame, orientation: int) -> int:
    """None where the blocks of the picture lie within those of ours, on which boxes are rounded."""
    wide, high = frame.unit
    stays = orientation not in _UPRIGHT or frame.width % GRID == frame.height % GRID == 0
    return 0 if stays and GRID % wide == GRID % high == 0 else max(wide, high)


def _other(image: bytes, kind: str, opened: Image.Image) -> _Decoded:
    if not budget.fits(len(image), kind, opened):
        raise TooManyPixels
    wants = wanted(*opened.size, READING)
    rows: Rows
    if kind == HEIF:
        rows = of_heif(pillow_heif.open_heif(image))
    else:
        opened.load()
        rows = of_picture(opened)
    picture = fitted(rows, wants)
    scale = max(picture.size) / max(rows.size)
    carried = _REACH_OF_BLOCKS if kind in (WEBP, HEIF, AVIF) else GRID if "jpeg" in _compression(opened) else 0
    reach = math.ceil(carried * scale) + (_REACH_OF_SCALING if scale < 1 else 0)
    return _Decoded(picture, opened.size, _orientation(opened), opened.info.get("icc_profile"), reach)


def _compression(image: Image.Image) -> str:
    return str(image.info.get("compression", ""))


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        # Damaged metadata under a sound picture: staff can turn it.
        return 1


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB."""
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).startswith("sRGB"):
            return image.convert("RGB")
        image = image.convert("RGB") if image.mode == "YCbCr" else image
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that is broken or for other channels than the picture has: its colours are then only nearly right.
        return image.convert("RGB")
    assert converted is not None
    return converted


def _renditions(picture: Image.Image, reach: int, also: list[str]) -> Cleaned:
    renditions, seen = [], {}
    for name in RENDITIONS:
        picture = fitted(of_picture(picture), wanted(*picture.size, name))
        seen[name] = picture
        renditions.append(Rendition(name, picture.width, picture.height, encoded(picture)))
    found = noticed(seen[SCREEN].convert("L"), max(seen[READING].size))
    return Cleaned(tuple(renditions), (*found, *also), reach)


def encoded(picture: Image.Image) -> bytes:
    """A rendition's JPEG."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()
