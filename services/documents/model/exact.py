"""Decoding a JPEG so that no pixel shows anything of a neighbouring block.

Decoders smooth the halved colours of 4:2:0 across the edges of blocks: what is covered up to an edge would still tint the
pixels beside it. Asked for half the size, the decoder gives the colours as they are coded, one sample for four pixels.
Coding them again by blocks of the same grid then changes next to nothing outside of what was painted.
"""

import io

from PIL import Image

from services.documents.model.jpeg import Frame


def can_be(frame: Frame, opened: Image.Image) -> bool:
    """Whether this is done for such a JPEG: usual colours, halved, and more than a dot of it."""
    usual = opened.mode == "RGB" and opened.info.get("adobe_transform", 1) == 1
    return usual and frame.halves_colour and min(opened.size) > 1


def decoded(jpeg: bytes) -> Image.Image:
    """The picture, in mode YCbCr."""
    grey, colours = (_drafted(jpeg, divisor) for divisor in (1, 2))
    _, blue, red = colours.split()
    wide = [each.resize((2 * each.width, 2 * each.height), Image.Resampling.NEAREST) for each in (blue, red)]
    return Image.merge("YCbCr", (grey.getchannel(0), *(each.crop((0, 0, *grey.size)) for each in wide)))


def _drafted(jpeg: bytes, divisor: int) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    picture.draft("YCbCr", (picture.width // divisor, picture.height // divisor))
    picture.load()
    return picture
