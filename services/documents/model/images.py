"""Cleaning: from bytes that a stranger sent to upright sRGB JPEGs that hold pixels and nothing else.

Runs in the decoder's worker, never in the service itself: a decoder is the first thing that attackers send files to.
"""

import io
import warnings

import pillow_heif
from PIL import Image, ImageCms

from services.documents.model.document import READING, RENDITIONS, SCREEN, Cleaned, Rendition
from services.documents.model.kinds import JPEG, declared_pixels
from services.documents.model.warnings import noticed

QUALITY = 85
#: Pixels that the worker's memory holds at once, whatever policy allows: only a JPEG that is sent line by line (all
#: phones do) is made smaller while it is decoded and may have more. Tried with the costliest modes in test_decoder.py.
WHOLE_PIXELS = 50_000_000
#: A picture that its decoder, or a whole divisor, brings to this share of the wanted size is not scaled further: that
#: costs twenty times as much.
_NEAR = 0.75
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


def clean(image: bytes, kind: str, max_pixels: int) -> Cleaned:
    """The first picture in `image`. Raises Unreadable or TooManyPixels (more than allowed, or than memory holds)."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    if declared_pixels(image, kind) > min(max_pixels, WHOLE_PIXELS):
        raise TooManyPixels
    try:
        with Image.open(io.BytesIO(image), formats=[kind]) as opened:
            by_lines = kind == JPEG and "progressive" not in opened.info
            if opened.width * opened.height > (max_pixels if by_lines else min(max_pixels, WHOLE_PIXELS)):
                raise TooManyPixels
            picture = _readable(opened, kind)
        return _cleaned(picture)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
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
    """What to ask JPEG's decoder for: it halves for nothing."""
    scale = max(each for each in (1, 2, 4, 8) if each == 1 or max(width, height) / each >= _NEAR * longest)
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
    divisor = -(-max(image.size) // longest)
    if max(image.size) / divisor >= _NEAR * longest:
        return image.reduce(divisor)
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


def _cleaned(picture: Image.Image) -> Cleaned:
    renditions, seen = [], {}
    for name, longest in RENDITIONS.items():
        picture = _fitted(picture, longest)
        seen[name] = picture
        renditions.append(Rendition(name, picture.width, picture.height, _jpeg(picture)))
    return Cleaned(tuple(renditions), noticed(seen[SCREEN].convert("L"), max(seen[READING].size)))


def _jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()
