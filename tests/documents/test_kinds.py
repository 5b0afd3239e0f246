"""The kind of an image is told by its bytes."""

import pytest

from services.documents.model.kinds import GIF, HEIF, JPEG, PNG, WEBP, declared_pixels, kind_of
from tests.documents import pictures


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (pictures.jpeg()[:128], JPEG),
        (b"\x89PNG\r\n\x1a\n....", PNG),
        (b"GIF87a....", GIF),
        (b"GIF89a....", GIF),
        (b"RIFF\0\0\0\0WEBPVP8 ", WEBP),
        (pictures.heic()[:128], HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", HEIF),
        (b"\0\0\0\x18ftypXXXX\0\0\0\0mif1heic", HEIF),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmiaf", None),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"%PDF-1.7", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"II*\0", None),
        (b"BM", None),
        (b"", None),
        (b"\xff\xd8", None),
        (b"hello", None),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("image", "kind", "pixels"),
    [
        (pictures.encoded(pictures.card(), "WEBP"), WEBP, 640 * 400),
        (pictures.encoded(pictures.card(), "WEBP", lossless=True), WEBP, 640 * 400),
        (pictures.encoded(pictures.card(), "WEBP", exif=pictures.exif()), WEBP, 640 * 400),
        (pictures.flood_webp(), WEBP, 16_384 * 16_384),
        (pictures.heic(), HEIF, 640 * 400),
        (pictures.flood_heic(), HEIF, 30_000 * 30_000),
        (b"RIFF\0\0\0\0WEBPVP8X", WEBP, 0),
        (b"\0\0\0\x14ispe", HEIF, 0),
        (pictures.jpeg(), JPEG, 0),
    ],
)
def test_what_a_file_makes_its_decoder_hold_is_read_from_its_header(image: bytes, kind: str, pixels: int) -> None:
    assert declared_pixels(image, kind) == pixels
