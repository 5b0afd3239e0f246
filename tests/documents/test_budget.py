"""No file makes a worker hold more than it may, and what people send is within it: each in a worker of its own."""

import io
import re
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from services.documents.decoder import open_decoder
from services.documents.model.kinds import AVIF, BMP, GIF, HEIF, JPEG, PNG, TIFF, WEBP
from services.documents.worker import CPU_SECONDS
from tests.documents import pictures
from tests.documents.costs import MOST, OF_A_PHONE, cost_of, outcome, resident, spent

#: Bytes: a worker that has only looked at the file.
UNTOUCHED = 100_000_000
REFUSED = ("too_many_pixels", "unreadable_image")


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((width // 8, height // 8), 60).resize((width, height)).convert(mode)


def flat(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height))


#: What decoding costs goes by the pixels, not by the care with which they were encoded.
QUICKLY = {"preset": "ultrafast"}


def deep(width: int, height: int) -> bytes:
    stream, rows = io.BytesIO(), bytes(width * height * 6)
    written = pillow_heif.from_bytes(mode="RGB;16", size=(width, height), data=rows)
    written.save(stream, quality=50, enc_params=QUICKLY)
    return stream.getvalue()


@cache
def heic(width: int, height: int, chroma: int = 420) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(flat(width, height)).save(stream, quality=40, chroma=chroma, enc_params=QUICKLY)
    return stream.getvalue()


@cache
def avif(width: int, height: int) -> bytes:
    return pictures.encoded(flat(width, height), "AVIF", speed=10)


def as_if_small(image: bytes) -> bytes:
    """A HEIF or AVIF that says of its pictures that they are small."""
    small = struct.pack(">II", 640, 480)
    return re.sub(rb"(\0\0\0\x14ispe....)........", lambda found: found[1] + small, image, flags=re.DOTALL)


def tiff_of_a_large_tile(width: int, height: int) -> bytes:
    """A small picture that lies in one tile of this size."""
    count, data = 12, pictures.packed_zeros(3 * width * height)
    values = {256: 640, 257: 480, 258: 8, 259: 8, 262: 2, 277: 3, 284: 1, 322: width, 323: height, 339: 1}
    values |= {324: 8 + 2 + 12 * count + 4, 325: len(data)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, values[tag]) for tag in sorted(values))
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4) + data


@cache
def large_webp() -> bytes:
    return webp(flat(8_000, 6_000))


def small_canvas(frame: bytes) -> bytes:
    """A WebP of a large frame on a small canvas."""
    canvas = b"VP8X" + struct.pack("<II", 10, 0) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 4 + len(canvas) + len(frame) - 12) + b"WEBP" + canvas + frame[12:]


def lossless_webp(width: int, height: int) -> bytes:
    """A handful of bytes: a header, and nothing that could be decoded."""
    bits = (width - 1) | (height - 1) << 14
    body = b"WEBPVP8L" + struct.pack("<I", 14) + b"\x2f" + struct.pack("<I", bits) + bytes(9)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def one_scan_each(image: bytes) -> bytes:
    """A baseline JPEG of grey made one of three components that are sent one after another."""
    start, scan = image.find(b"\xff\xc0"), image.find(b"\xff\xda")
    width_height = image[start + 5 : start + 9]
    frame = b"\xff\xc0\x00\x11\x08" + width_height + b"\x03" + b"".join(bytes([i, 0x11, 0]) for i in (1, 2, 3))
    end = start + 2 + int.from_bytes(image[start + 2 : start + 4], "big")
    data = image[scan + 10 : -2]
    scans = b"".join(b"\xff\xda\x00\x08\x01" + bytes([i, 0, 0, 63, 0]) + data for i in (1, 2, 3))
    return image[:start] + frame + image[end:scan] + scans + b"\xff\xd9"


def repeated_scans(image: bytes, times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    last = image.rfind(b"\xff\xda")
    return image[:last] + image[last:-2] * times + b"\xff\xd9"


def text_bomb() -> bytes:
    """A PNG whose texts would unpack to 400 MB."""
    packed = b"x\0\0" + zlib.compress(bytes(1 << 19), 9)
    sound = pictures.encoded(pictures.card(), "PNG")
    texts = pictures.png_chunk(b"zTXt", packed) * 800
    return sound[:33] + texts + sound[33:]


def profile_bomb() -> bytes:
    sound = pictures.encoded(pictures.card(), "PNG")
    return sound[:33] + pictures.png_chunk(b"iCCP", b"x\0\0" + pictures.packed_zeros(400 << 20)) + sound[33:]


def tiff_in_one_strip() -> bytes:
    """60 MP of black in a few kilobytes: all rows in one piece."""
    return pictures.encoded(flat(8192, 7400), "TIFF", compression="tiff_deflate", strip_size=1 << 30)


def png(picture: Image.Image, **options: Any) -> bytes:
    return pictures.encoded(picture, "PNG", compress_level=1, **options)


def webp(picture: Image.Image, **options: Any) -> bytes:
    return pictures.encoded(picture, "WEBP", method=0, **options)


def jpeg(picture: Image.Image, **options: Any) -> bytes:
    return pictures.jpeg(picture, **{"quality": 20, "subsampling": 2, **options})


#: Name: kind, how it is made, and the bytes that a worker may hold at most.
SENT: dict[str, tuple[str, Callable[[], bytes], int]] = {
    "baseline 48 MP": (JPEG, lambda: jpeg(noise(8064, 6048), quality=90), OF_A_PHONE),
    "baseline 200 MP": (JPEG, lambda: pictures.jpeg(flat(16_320, 12_240, "L"), quality=20), OF_A_PHONE),
    "progressive 8192 x 6144": (JPEG, lambda: jpeg(noise(8192, 6144), quality=75, progressive=True), MOST),
    "long jpeg 1,400 x 65,000": (JPEG, lambda: jpeg(flat(1_400, 65_000)), MOST),
    "heic 8192 x 6144": (HEIF, lambda: heic(8192, 6144), MOST),
    "heic 12 MP, 10 bits": (HEIF, lambda: deep(4032, 3024), MOST),
    "avif 12 MP": (AVIF, lambda: pictures.encoded(noise(4032, 3024), "AVIF", speed=10), MOST),
    "webp 12 MP": (WEBP, lambda: webp(noise(4032, 3024)), MOST),
    "lossless webp 12 MP": (WEBP, lambda: webp(noise(4032, 3024), lossless=True, quality=0), MOST),
    "see-through png 50 MP": (PNG, lambda: png(flat(8160, 6120, "RGBA")), MOST),
    "moving png 40 MP": (PNG, lambda: png(flat(8000, 5000), save_all=True, append_images=[flat(8000, 5000)]), MOST),
    "fax tiff 35 MP": (TIFF, lambda: pictures.encoded(flat(4960, 7016, "1"), "TIFF", compression="group4"), MOST),
    "cmyk tiff 20 MP": (
        TIFF,
        lambda: pictures.encoded(noise(5200, 3900, "CMYK"), "TIFF", compression="tiff_lzw"),
        MOST,
    ),
    "bmp 6 MP": (BMP, lambda: pictures.encoded(noise(2900, 2200), "BMP"), MOST),
}

HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "one scan for each component, 190 MP": (
        JPEG,
        lambda: one_scan_each(pictures.jpeg(flat(15_900, 12_000, "L"), quality=20)),
    ),
    "progressive 4:4:4 60 MP": (JPEG, lambda: jpeg(flat(9_000, 6_700), subsampling=0, progressive=True)),
    "progressive cmyk 38 MP": (JPEG, lambda: jpeg(flat(7_000, 5_400, "CMYK"), subsampling=0, progressive=True)),
    "scans repeated 90 times": (JPEG, lambda: repeated_scans(jpeg(noise(1200, 900), quality=60, progressive=True), 90)),
    "lossless webp of 34 bytes": (WEBP, lambda: lossless_webp(8_000, 6_000)),
    "lossy webp 48 MP": (WEBP, large_webp),
    "see-through png 190 MP": (PNG, lambda: pictures.flood_png(13_700, 13_900, 6)),
    "interlaced png 196 MP": (PNG, lambda: pictures.flood_png(14_000, 14_000, 2, interlaced=True)),
    "moving gif 190 MP": (GIF, lambda: pictures.flood_gif(13_700, 13_900)),
    "tiff in one strip": (TIFF, tiff_in_one_strip),
    "avif 48 MP": (AVIF, lambda: avif(8_000, 6_000)),
    "heic 4:4:4 32 MP": (HEIF, lambda: heic(6_560, 4_880, 444)),
    "bmp that announces 196 MP": (BMP, lambda: bmp_head(14_000, 14_000)),
    "texts in a png that unpack to 400 MB": (PNG, text_bomb),
    "a profile in a png that unpacks to 400 MB": (PNG, profile_bomb),
}


#: Files whose inner sizes contradict those that they announce: no budget knows of them, only the wall does.
CONTRADICTING: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "heic": (HEIF, lambda: as_if_small(heic(6_560, 4_880, 444)), "unreadable_image"),
    "avif": (AVIF, lambda: as_if_small(avif(8_000, 6_000)), "stored"),
    "a tile of 90 MP": (TIFF, lambda: tiff_of_a_large_tile(11_008, 8_192), "stored"),
    "a tile of 134 MP": (TIFF, lambda: tiff_of_a_large_tile(16_384, 8_192), "unreadable_image"),
    "webp": (WEBP, lambda: small_canvas(large_webp()), "unreadable_image"),
    "lossless webp": (WEBP, lambda: small_canvas(lossless_webp(16_000, 12_000)), "unreadable_image"),
}


def bmp_head(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 9000, 0, 0, 54) + head + bytes(9000)


@pytest.mark.parametrize("name", SENT)
async def test_what_people_send_is_taken_within_the_memory(name: str) -> None:
    kind, make, most = SENT[name]
    what, peak = await cost_of(make(), kind)
    assert (what, peak <= most) == ("stored", True), peak


async def test_small_files_that_would_cost_much_are_refused_before_they_do() -> None:
    async with open_decoder() as decoder:
        await decoder.warm_up()
        before = decoder.pids()
        found = {name: await outcome(decoder, make(), kind) for name, (kind, make) in HOSTILE.items()}
        assert {name: what for name, what in found.items() if what not in REFUSED} == {}
        # One worker for all of them, so that each has held no more than all have.
        [pid] = decoder.pids()
        assert {pid} == before
        assert resident(pid) < UNTOUCHED
        assert spent(pid) < CPU_SECONDS


async def test_a_worker_that_has_served_many_takes_the_largest_still() -> None:
    before = ("baseline 48 MP", "heic 12 MP, 10 bits", "bmp 6 MP")
    largest = (*before, "heic 8192 x 6144", "see-through png 50 MP", "heic 8192 x 6144")
    async with open_decoder() as decoder:
        found = [await outcome(decoder, SENT[name][1](), SENT[name][0]) for name in largest]
        assert found == ["stored"] * 6
        assert max(resident(pid) for pid in decoder.pids()) <= MOST


@pytest.mark.parametrize("name", CONTRADICTING)
async def test_no_file_makes_a_worker_hold_more_than_it_may_by_contradicting_itself(name: str) -> None:
    kind, make, right = CONTRADICTING[name]
    what, peak = await cost_of(make(), kind)
    assert (what, peak <= MOST) == (right, True), peak
