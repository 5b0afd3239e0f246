"""Pictures made for the tests: sound, odd and hostile ones."""

import io
import random
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

#: The corners of `card`, clockwise from the upper left: they tell whether a picture is upright.
CORNERS = ((220, 20, 20), (20, 160, 20), (20, 20, 220), (230, 200, 20))
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def card(width: int = 640, height: int = 400, mode: str = "RGB") -> Image.Image:
    """A picture with four corners of different colours."""
    picture = Image.new("RGB", (width, height), (240, 240, 240))
    draw = ImageDraw.Draw(picture)
    x, y = width // 2, height // 2
    boxes = ((0, 0, x, y), (x, 0, width, y), (x, y, width, height), (0, y, x, height))
    for box, colour in zip(boxes, CORNERS, strict=True):
        draw.rectangle(box, fill=colour)
    return picture.convert(mode)


def photo(width: int, height: int) -> Image.Image:
    """Noise over a card: as costly to decode as a photograph."""
    noise = Image.effect_noise((width // 4, height // 4), 60).resize((width, height)).convert("RGB")
    return Image.blend(card(width, height), noise, 0.3)


def encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format_, **options)
    return stream.getvalue()


def jpeg(picture: Image.Image | None = None, **options: Any) -> bytes:
    return encoded(picture or card(), "JPEG", **{"quality": 92, "subsampling": 0, **options})


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: orientation, maker, and where the picture was taken."""
    found = Image.Exif()
    found[ORIENTATION] = orientation
    found[MAKE] = "SECRETPHONE"
    found[GPS] = {1: "N", 2: (32.0, 48.0, 11.0), 3: "E", 4: (130.0, 42.0, 28.0)}
    return found


def turned(orientation: int) -> Image.Image:
    """`card` as a camera held that way stores it."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return card() if orientation == 1 else card().transpose(undo[orientation])


def phone_jpeg(orientation: int = 6) -> bytes:
    return jpeg(
        turned(orientation),
        exif=exif(orientation),
        comment=b"SECRETCOMMENT",
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETXMP</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )


def heic(picture: Image.Image | None = None, **options: Any) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(picture or card()).save(stream, quality=90, **options)
    return stream.getvalue()


def animated_gif() -> bytes:
    frames = [card().quantize(64), Image.new("P", (640, 400), 0)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, comment=b"SECRETCOMMENT")


def see_through_png() -> bytes:
    picture = card(mode="RGBA")
    picture.paste((0, 0, 0, 0), (260, 160, 380, 240))
    return encoded(picture, "PNG", exif=exif())


def palette_png() -> bytes:
    return encoded(card().quantize(32), "PNG", transparency=0)


def grey_16_bit_png() -> bytes:
    """A ramp from black to white in 16 bits: cut to 8 bits wrongly it would be white almost everywhere."""
    rows = b"".join(struct.pack("<512H", *(x * 128 for x in range(512))) for _ in range(256))
    return encoded(Image.frombytes("I;16", (512, 256), rows), "PNG")


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_zeros(count: int) -> bytes:
    """So many zero bytes as zlib packs them: one piece after another that was packed once."""
    whole, rest = divmod(count, 1 << 20)
    packer, last = (zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS) for _ in range(2))
    piece = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    # Adler-32 of zeros.
    check = struct.pack(">I", count % 65_521 << 16 | 1)
    return b"\x78\xda" + piece * whole + last.compress(bytes(rest)) + last.flush() + check


def flood_png(width: int = 30_000, height: int = 30_000, colours: int = 0, interlaced: bool = False) -> bytes:
    """Some kilobytes that would be decoded to `width` x `height` pixels: of one bit, or 8 a channel (`colours`: as in IHDR)."""
    rows = packed_zeros(height * (1 + ((width + 7) // 8 if colours == 0 else width * {2: 3, 6: 4}[colours])))
    header = struct.pack(">IIBBBBB", width, height, 8 if colours else 1, colours, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def flood_webp() -> bytes:
    """A few bytes of WebP that announce 16,384 x 16,384 pixels."""
    extended = bytes(4) + (16_383).to_bytes(3, "little") * 2
    body = b"WEBP" + b"VP8X" + struct.pack("<I", len(extended)) + extended
    return b"RIFF" + struct.pack("<I", len(body)) + body


def flood_gif(width: int = 65_000, height: int = 65_000) -> bytes:
    """A frame far larger than the screen that the file announces."""
    return b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0, 0, 0) + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)


def flood_heic() -> bytes:
    """A HEIC whose announced extents were made 30,000 x 30,000."""
    sound = heic(card(64, 64))
    at = sound.find(b"\0\0\0\x14ispe")
    return sound[: at + 12] + struct.pack(">II", 30_000, 30_000) + sound[at + 20 :]


def seems_upright(picture: Image.Image) -> bool:
    """Whether the four corners are where `card` has them."""
    width, height = picture.size
    inset = (width // 8, height // 8)
    points = (
        inset,
        (width - inset[0], inset[1]),
        (width - inset[0], height - inset[1]),
        (inset[0], height - inset[1]),
    )
    for point, colour in zip(points, CORNERS, strict=True):
        seen = picture.getpixel(point)
        assert isinstance(seen, tuple)
        if any(abs(a - b) > 40 for a, b in zip(seen, colour, strict=True)):
            return False
    return True
