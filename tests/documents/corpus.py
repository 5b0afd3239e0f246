"""Hostile and odd files, made anew for each run: every format crossed with every damage, and every oddity that is sound."""

import random
import struct
from collections.abc import Iterator

from PIL import Image, ImageCms

from tests.documents import pictures

#: What must become of a file: STORED, REFUSED, or one of both where damage may be bearable.
STORED, REFUSED, EITHER = {201}, {422}, {201, 422}
SIZE = (160, 100)
#: Display P3 (D65), as phones write it: the primaries of SMPTE EG 432-1, adapted to D50, in the ICC's fixed point.
_P3 = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def corpus() -> Iterator[tuple[str, bytes, set[int]]]:
    """Name, bytes, and the statuses that are right."""
    for name, image in _formats().items():
        yield name, image, STORED
        for damage, damaged, right in _damages(image):
            yield f"{name} {damage}", damaged, right
    yield from _odd()
    yield from _foreign()


def _formats() -> dict[str, bytes]:
    card = pictures.card(*SIZE)
    return {
        "jpeg": pictures.phone_jpeg(1),
        "progressive jpeg": pictures.jpeg(card, progressive=True, exif=pictures.exif()),
        "cmyk jpeg": pictures.jpeg(card.convert("CMYK")),
        "png": pictures.encoded(card, "PNG", exif=pictures.exif()),
        "gif": pictures.encoded(card.quantize(64), "GIF", comment=b"SECRETCOMMENT"),
        "webp": pictures.encoded(card, "WEBP", exif=pictures.exif()),
        "lossless webp": pictures.encoded(card, "WEBP", lossless=True, xmp=b"SECRETXMP"),
        "heic": pictures.heic(card, exif=pictures.exif().tobytes()),
        "avif": pictures.encoded(card, "AVIF", exif=pictures.exif()),
        "tiff": pictures.encoded(card, "TIFF", compression="tiff_deflate"),
        "bmp": pictures.encoded(card, "BMP"),
    }


def _damages(image: bytes) -> Iterator[tuple[str, bytes, set[int]]]:
    length, chance = len(image), random.Random(len(image))
    for percent in (1, 10, 40, 70, 90):
        # Where no more than its last rows are missing, a JPEG is taken.
        bearable = percent == 90 and image.startswith(b"\xff\xd8")
        yield f"cut at {percent} %", image[: length * percent // 100], EITHER if bearable else REFUSED
    yield "only its first bytes", image[:32], REFUSED
    yield "after other text", b"%PDF-1.7\n" + image, REFUSED
    yield "with its head replaced", b"MZ\x90\0" + image[4:], REFUSED
    for kind, head in (("jpeg", b"\xff\xd8\xff\xe0"), ("png", b"\x89PNG\r\n\x1a\n"), ("gif", b"GIF89a")):
        if not image.startswith(head[:3]):
            yield f"under the head of a {kind}", head + image[len(head) :], REFUSED
    yield "and noise from the middle on", image[: length // 2] + chance.randbytes(length), EITHER
    yield "and zeros in the middle", image[: length // 2] + bytes(200) + image[length // 2 + 200 :], EITHER
    yield "with a page behind it", image + b"<script>SECRETPAGE</script>", STORED
    yield "with an archive behind it", image + b"PK\x03\x04SECRETARCHIVE" + bytes(100), STORED
    yield "twice", image + image, STORED
    for turn in range(4):
        flipped = bytearray(image)
        for _ in range(4**turn):
            flipped[chance.randrange(length)] ^= 1 << chance.randrange(8)
        yield f"with {4**turn} bits flipped", bytes(flipped), EITHER


def _odd() -> Iterator[tuple[str, bytes, set[int]]]:
    card = pictures.card(*SIZE)
    for orientation in range(1, 9):
        turned = pictures.turned(orientation).resize((80, 128) if orientation > 4 else (128, 80))
        exif = pictures.exif(orientation)
        yield f"jpeg held {orientation}", pictures.jpeg(turned, exif=exif), STORED
        yield f"png held {orientation}", pictures.encoded(turned, "PNG", exif=exif), STORED
        yield f"webp held {orientation}", pictures.encoded(turned, "WEBP", exif=exif), STORED
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        picture = Image.new("I;16", SIZE, 40_000) if mode == "I;16" else card.convert(mode)
        yield f"png in mode {mode}", pictures.encoded(picture, "PNG", exif=pictures.exif()), STORED
    for mode in ("L", "CMYK"):
        yield f"jpeg in mode {mode}", pictures.jpeg(card.convert(mode)), STORED
    yield "png with one colour see-through", pictures.palette_png(), STORED
    yield "jpeg in display p3", pictures.jpeg(card, icc_profile=display_p3()), STORED
    yield "png in display p3", pictures.encoded(card, "PNG", icc_profile=display_p3()), STORED
    yield "jpeg with a broken profile", pictures.jpeg(card, icc_profile=b"SECRETPROFILE" * 20), STORED
    yield "jpeg with a thumbnail", pictures.jpeg(card, exif=_with_thumbnail()), STORED
    yield "jpeg with a long comment", pictures.jpeg(card, comment=b"SECRETCOMMENT" * 4000), STORED
    frames = [card, card.rotate(90), card.rotate(180)]
    for format_ in ("GIF", "PNG", "WEBP"):
        moving = pictures.encoded(card, format_, save_all=True, append_images=frames[1:], duration=50)
        yield f"moving {format_.lower()}", moving, STORED
    yield "two pictures in one jpeg", pictures.encoded(card, "MPO", save_all=True, append_images=frames[1:]), STORED
    for width, height in ((1, 1), (1, 2), (3000, 1), (1, 3000), (2049, 7), (7, 2049)):
        yield f"{width} x {height}", pictures.encoded(Image.new("RGB", (width, height)), "PNG"), STORED
        yield f"jpeg {width} x {height}", pictures.jpeg(Image.new("L", (width, height))), STORED
    for name, flood in (
        ("png", pictures.flood_png()),
        ("gif", pictures.flood_gif()),
        ("webp", pictures.flood_webp()),
        ("heic", pictures.flood_heic()),
    ):
        yield f"flood in a {name}", flood, REFUSED
    yield "jpeg of no height", _resized_jpeg(160, 0), REFUSED
    yield "jpeg of 65500 x 65500", _resized_jpeg(65_500, 65_500), REFUSED
    # Its end is marked: for a decoder the missing rest is grey.
    yield "jpeg that lacks nearly all it announces", _resized_jpeg(16_000, 12_000), EITHER


def _foreign() -> Iterator[tuple[str, bytes, set[int]]]:
    card = pictures.card(*SIZE)
    for format_ in ("ICO", "PPM", "TGA", "JPEG2000"):
        yield f"a {format_}", pictures.encoded(card, format_), REFUSED
    yield "a PDF of one picture", pictures.encoded(card, "PDF"), STORED
    for name, content in (
        ("nothing", b""),
        ("a byte", b"\xff"),
        ("zeros", bytes(5000)),
        ("text", b"hello " * 500),
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        ("an archive", b"PK\x03\x04" + bytes(100)),
        ("a film", b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(400)),
        ("noise", random.Random(7).randbytes(5000)),
    ):
        yield name, content, REFUSED


def display_p3() -> bytes:
    """The sRGB profile with other primaries, under a name of its own."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = bytearray(srgb.replace(b"s\0R\0G\0B", b"x\0P\x003\0 ").replace(b"sRGB", b"xP3 "))
    for number in range(int.from_bytes(profile[128:132], "big")):
        tag, offset = bytes(profile[132 + 12 * number :][:4]), 136 + 12 * number
        if tag in _P3:
            at = int.from_bytes(profile[offset : offset + 4], "big") + 8
            profile[at : at + 12] = struct.pack(">3i", *(round(value * 65536) for value in _P3[tag]))
    return bytes(profile)


def _with_thumbnail() -> bytes:
    """Exif whose second directory holds a small JPEG, as cameras write it."""
    thumbnail = pictures.jpeg(pictures.card(64, 40), comment=b"SECRETTHUMBNAIL")
    head = b"Exif\0\0II*\0\x08\0\0\0"
    first = struct.pack("<H", 1) + struct.pack("<HHIHH", pictures.ORIENTATION, 3, 1, 1, 0) + struct.pack("<I", 26)
    entries = ((0x0103, 3, 6), (0x0201, 4, 26 + 2 + 3 * 12 + 4), (0x0202, 4, len(thumbnail)))
    second = struct.pack("<H", 3) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return head + first + second + struct.pack("<I", 0) + thumbnail


def _resized_jpeg(width: int, height: int) -> bytes:
    """A small JPEG whose frame announces another size."""
    image = pictures.jpeg(pictures.card(*SIZE))
    at = image.find(b"\xff\xc0")
    return image[: at + 5] + struct.pack(">HH", height, width) + image[at + 9 :]
