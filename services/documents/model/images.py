"""Cleaning: from bytes that a stranger sent to upright sRGB JPEGs that hold pixels and nothing else.

Runs in the decoder's worker, never in the service itself: a decoder is the first thing that attackers send files to.
"""

import io
import warnings

import pillow_heif
from PIL import Image, ImageCms

from services.documents.model.document import READING, RENDITIONS, Rendition
from services.documents.model.kinds import JPEG, declared_pixels

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
_SRGB = ImageCms.createProfile("sRGB")

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Unreadable(Exception):
    """Not an image of the kind that it claims to be, or a damaged one."""


class TooManyPixels(Exception):
    """More pixels than are decoded."""


def clean(image: bytes, kind: str, max_pixels: int) -> list[Rendition]:
    """The renditions of the first picture in `image`, largest first. Raises Unreadable or TooManyPixels."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    if declared_pixels(image, kind) > max_pixels:
        raise TooManyPixels
    try:
        with Image.open(io.BytesIO(image), formats=[kind]) as opened:
            if opened.width * opened.height > max_pixels:
                raise TooManyPixels
            picture = _readable(opened, kind)
        return _renditions(picture)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise TooManyPixels from None
    except TooManyPixels:
        raise
    # A decoder fails in its own ways (SyntaxError, struct.error, EOFError, …); for a stranger's file all mean the same.
    except Exception as error:
        raise Unreadable from error


def _readable(image: Image.Image, kind: str) -> Image.Image:
    """The picture in reading size, upright, in sRGB, without anything but pixels."""
    longest = RENDITIONS[READING]
    if kind == JPEG:
        image.draft(None, _draft_size(image.width, image.height, longest))
    image.load()
    turn = _UPRIGHT.get(_orientation(image))
    profile = image.info.get("icc_profile")
    picture = _srgb(_fitted(_plain(image), longest), profile)
    picture = picture.transpose(turn) if turn is not None else picture
    picture.info = {}
    return picture


def _draft_size(width: int, height: int, longest: int) -> tuple[int, int]:
    """What to ask JPEG's decoder for: it halves for nothing, and a result of 3/4 of the wanted size is good enough."""
    scale = max(each for each in (1, 2, 4, 8) if each == 1 or max(width, height) / each >= 0.75 * longest)
    return max(1, width // scale), max(1, height // scale)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        # Damaged metadata under a sound picture: staff can turn it.
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be scaled well: palettes, bits and 16 bits resolved."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("RGBA", "LA", "RGBa", "La", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _fitted(image: Image.Image, longest: int) -> Image.Image:
    if max(image.size) <= longest:
        return image
    scale = longest / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, see-through parts on white."""
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        alpha = image.getchannel("A")
        white.paste(_converted(image.convert("RGB"), profile), mask=alpha)
        return white
    return _converted(image, profile)


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).startswith("sRGB"):
            return image.convert("RGB")
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that is broken or for other channels than the picture has: its colours are then only nearly right.
        return image.convert("RGB")
    assert converted is not None
    return converted


def _renditions(picture: Image.Image) -> list[Rendition]:
    found = []
    for name, longest in RENDITIONS.items():
        picture = _fitted(picture, longest)
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=QUALITY)
        found.append(Rendition(name, picture.width, picture.height, stream.getvalue()))
    return found
