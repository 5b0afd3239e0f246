"""Cleaning, picture by picture."""

import io
import warnings
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from services.documents.model.document import RENDITIONS
from services.documents.model.images import TooManyPixels, Unreadable, clean
from services.documents.model.kinds import GIF, HEIF, JPEG, PNG, WEBP, kind_of
from tests.documents import pictures

PIXELS = 50_000_000
SOUND = {
    "jpeg": (JPEG, pictures.jpeg()),
    "phone": (JPEG, pictures.phone_jpeg()),
    "progressive": (JPEG, pictures.jpeg(progressive=True)),
    "cmyk": (JPEG, pictures.jpeg(pictures.card(mode="CMYK"))),
    "large": (JPEG, pictures.jpeg(pictures.card(4032, 2520))),
    "png": (PNG, pictures.encoded(pictures.card(), "PNG")),
    "see-through": (PNG, pictures.see_through_png()),
    "palette": (PNG, pictures.encoded(pictures.card().quantize(32), "PNG")),
    "gif": (GIF, pictures.animated_gif()),
    "still gif": (GIF, pictures.encoded(pictures.card().quantize(64), "GIF")),
    "webp": (WEBP, pictures.encoded(pictures.card(), "WEBP", exif=pictures.exif())),
    "lossless webp": (WEBP, pictures.encoded(pictures.card(), "WEBP", lossless=True)),
    "heic": (HEIF, pictures.heic(exif=pictures.exif().tobytes())),
}


@pytest.fixture(autouse=True, scope="module")
def pillow_as_before() -> Iterator[None]:
    """Cleaning sets Pillow's limit for its whole process, which usually is a worker."""
    limit = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        yield
    Image.MAX_IMAGE_PIXELS = limit


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


def markers(jpeg: bytes) -> set[int]:
    """The kinds of segments before the picture's own data."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        assert jpeg[at] == 0xFF
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


@pytest.mark.parametrize("name", SOUND)
def test_every_kind_becomes_three_upright_pictures_that_hold_nothing_but_pixels(name: str) -> None:
    kind, image = SOUND[name]
    assert kind_of(image[:128]) == kind
    renditions = clean(image, kind, PIXELS).renditions
    assert [each.name for each in renditions] == list(RENDITIONS)
    for each in renditions:
        picture = opened(each.jpeg)
        assert picture.size == (each.width, each.height)
        assert max(picture.size) <= RENDITIONS[each.name]
        assert (picture.mode, dict(picture.getexif()), picture.info.keys() - {"jfif", "jfif_version"}) == (
            "RGB",
            {},
            {"jfif_unit", "jfif_density"},
        )
        # JFIF header, quantisation, frame, Huffman tables: no Exif or XMP, no profile, no comment.
        assert markers(each.jpeg) == {0xE0, 0xDB, 0xC0, 0xC4}
        assert b"SECRET" not in each.jpeg
        assert pictures.seems_upright(picture)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    [reading, *_] = clean(pictures.phone_jpeg(orientation), JPEG, PIXELS).renditions
    assert (reading.width, reading.height) == (640, 400)
    assert pictures.seems_upright(opened(reading.jpeg))


def test_a_phone_photo_is_halved_by_the_decoder_and_a_wide_one_scaled_to_the_limit() -> None:
    sizes = {}
    for width, height in ((4032, 3024), (4000, 3000), (5712, 4284), (3000, 2000), (1200, 800)):
        [reading, *_] = clean(pictures.jpeg(pictures.card(width, height)), JPEG, PIXELS).renditions
        sizes[width] = (reading.width, reading.height)
    assert sizes == {
        4032: (2016, 1512),
        4000: (2000, 1500),
        5712: (2048, 1536),
        3000: (2048, 1365),
        1200: (1200, 800),
    }


def test_every_rendition_of_a_phone_photo_is_made_by_whole_divisors() -> None:
    renditions = clean(pictures.jpeg(pictures.card(4032, 3024)), JPEG, PIXELS).renditions
    assert [(each.width, each.height) for each in renditions] == [(2016, 1512), (1008, 756), (336, 252)]


def test_a_photo_of_200_megapixels_is_read_line_by_line_and_no_other_way() -> None:
    # One eighth of the pixels in one colour: quick to make, and the decoder must go through all of them.
    wide = Image.new("L", (16_320, 12_240), 200)
    [reading, *_] = clean(pictures.encoded(wide, "JPEG", quality=20), JPEG, 200_000_000).renditions
    assert (reading.width, reading.height) == (2040, 1530)
    with pytest.raises(TooManyPixels):
        clean(pictures.encoded(wide, "JPEG", quality=20, progressive=True), JPEG, 200_000_000)


def test_what_is_see_through_becomes_white() -> None:
    [reading, *_] = clean(pictures.see_through_png(), PNG, PIXELS).renditions
    assert opened(reading.jpeg).getpixel((320, 200)) == (255, 255, 255)


def test_sixteen_bits_keep_their_greys() -> None:
    [reading, *_] = clean(pictures.grey_16_bit_png(), PNG, PIXELS).renditions
    ramp = [opened(reading.jpeg).convert("L").getpixel((x, 128)) for x in (0, 128, 256, 384, 511)]
    assert ramp == pytest.approx([0, 64, 128, 192, 255], abs=3)


def test_colours_of_a_wider_space_are_converted_to_srgb() -> None:
    # A profile whose red and green are exchanged makes the conversion unmistakable.
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, green = srgb.find(b"rXYZ"), srgb.find(b"gXYZ")
    exchanged = bytearray(srgb.replace(b"s\0R\0G\0B", b"x\0R\0G\0B").replace(b"sRGB", b"xRGB"))
    exchanged[red : red + 4], exchanged[green : green + 4] = b"gXYZ", b"rXYZ"
    picture = Image.new("RGB", (64, 64), (220, 0, 0))
    [reading, *_] = clean(pictures.jpeg(picture, icc_profile=bytes(exchanged)), JPEG, PIXELS).renditions
    r, g, _ = opened(reading.jpeg).convert("RGB").getpixel((32, 32))  # type: ignore[misc]
    assert g > 150 > 100 > r
    # A profile that cannot be for this picture changes nothing.
    [reading, *_] = clean(pictures.jpeg(picture, icc_profile=lab), JPEG, PIXELS).renditions
    r, g, _ = opened(reading.jpeg).convert("RGB").getpixel((32, 32))  # type: ignore[misc]
    assert r > 200 > 40 > g


def test_damaged_metadata_does_not_spoil_a_sound_picture() -> None:
    broken = pictures.phone_jpeg(1).replace(b"II*\0", b"IIII").replace(b"MM\0*", b"MMMM")
    [reading, *_] = clean(broken, JPEG, PIXELS).renditions
    assert pictures.seems_upright(opened(reading.jpeg))


def test_what_hides_behind_or_inside_a_picture_is_gone() -> None:
    page = b"<script>alert(1)</script>"
    archive = b"PK\x03\x04" + zlib.compress(page)
    image = pictures.jpeg(comment=page) + page + archive
    for each in clean(image, JPEG, PIXELS).renditions:
        assert page not in each.jpeg
        assert b"PK\x03\x04" not in each.jpeg
        assert each.jpeg.endswith(b"\xff\xd9")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["jpeg", "phone", "progressive", "cmyk", "png", "still gif", "webp", "heic"])
def test_a_truncated_file_is_unreadable(name: str, share: float) -> None:
    kind, image = SOUND[name]
    with pytest.raises(Unreadable):
        clean(image[: int(len(image) * share)], kind, PIXELS)


@pytest.mark.parametrize("kind", [JPEG, PNG, GIF, WEBP, HEIF])
@pytest.mark.parametrize("image", [b"", b"\0", b"hello, I am an image", pictures.noise(5000)])
def test_what_is_no_image_is_unreadable(kind: str, image: bytes) -> None:
    with pytest.raises(Unreadable):
        clean(image, kind, PIXELS)


@pytest.mark.parametrize(
    ("kind", "image"),
    [
        (PNG, pictures.flood_png()),
        (GIF, pictures.flood_gif()),
        (WEBP, pictures.flood_webp()),
        (HEIF, pictures.flood_heic()),
    ],
)
def test_a_pixel_flood_is_refused_by_what_it_announces(kind: str, image: bytes) -> None:
    assert len(image) < 200_000
    assert kind_of(image[:128]) == kind
    with pytest.raises(TooManyPixels):
        clean(image, kind, PIXELS)


def test_a_small_picture_with_a_huge_tile_inside_is_refused() -> None:
    tile = b"\0\0\0\x14ispe" + bytes(4) + (30_000).to_bytes(4, "big") * 2
    hidden = pictures.heic() + (len(tile) + 8).to_bytes(4, "big") + b"free" + tile
    with pytest.raises(TooManyPixels):
        clean(hidden, HEIF, PIXELS)


@pytest.mark.parametrize("name", ["jpeg", "png", "gif", "webp", "lossless webp", "heic"])
def test_the_limit_of_pixels_is_exact(name: str) -> None:
    kind, image = SOUND[name]
    assert clean(image, kind, 640 * 400)
    with pytest.raises(TooManyPixels):
        clean(image, kind, 640 * 400 - 1)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_damage_anywhere_is_either_bearable_or_unreadable(name: str, data: st.DataObject) -> None:
    kind, image = SOUND[name]
    damaged = bytearray(image)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(image) - 1))] = data.draw(st.integers(0, 255))
    try:
        for each in clean(bytes(damaged), kind, 1_000_000 if name != "large" else PIXELS).renditions:
            assert markers(each.jpeg) == {0xE0, 0xDB, 0xC0, 0xC4}
    except (Unreadable, TooManyPixels):
        pass
