"""The kind of an image is told by its bytes."""

import pytest

from services.documents.model.kinds import (
    AVIF,
    BMP,
    GIF,
    HEIF,
    JPEG,
    PDF,
    PNG,
    TIFF,
    WEBP,
    heif_pixels,
    kind_of,
    named,
    webp_pixels,
)
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
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmiaf", AVIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"%PDF-1.7", PDF),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"II*\0", TIFF),
        (b"MM\0*", TIFF),
        (b"II*\0\x10\0\0\0CR\x02\0", None),
        (pictures.encoded(pictures.card(), "BMP")[:128], BMP),
        (b"BMW is a car, not a picture", None),
        (b"BM", None),
        (b"", None),
        (b"\xff\xd8", None),
        (b"hello", None),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (b"PK\x03\x04\x14\0\x06\0........[Content_Types].xml....word/document.xml", "document_file"),
        (b"PK\x03\x04........mimetypeapplication/vnd.oasis.opendocument.text", "document_file"),
        (b"PK\x03\x04........[Content_Types].xml" + bytes(9000) + b"xl/workbook.xml", "spreadsheet_file"),
        (b"PK\x03\x04........holiday.jpg", "archive_file"),
        (b"Rar!\x1a\x07\x01\0", "archive_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"), "spreadsheet_file"),
        (b"{\\rtf1\\ansi", "document_file"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video_file"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video_file"),
        (b"\x1aE\xdf\xa3\x9fB\x86", "video_file"),
        (b"RIFF\0\0\0\0AVI LIST", "video_file"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "sound_file"),
        (b"RIFF\0\0\0\0WAVEfmt ", "sound_file"),
        (b"ID3\x04", "sound_file"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0", "raw_file"),
        (b"II*\0\x10\0\0\0CR\x02\0", "raw_file"),
        (b"<!DOCTYPE html><html>", "web_page_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"", None),
        (b"hello, I am an image", None),
        (bytes(5000), None),
    ],
)
def test_what_is_no_picture_is_named(image: bytes, kind: str | None) -> None:
    assert (kind_of(image[:128]), named(image)) == (None, kind)


@pytest.mark.parametrize(
    ("image", "pixels"),
    [
        (pictures.encoded(pictures.card(), "WEBP"), 640 * 400),
        (pictures.encoded(pictures.card(), "WEBP", lossless=True), 640 * 400),
        (pictures.encoded(pictures.card(), "WEBP", exif=pictures.exif()), 640 * 400),
        (pictures.flood_webp(), 16_384 * 16_384),
        (b"RIFF\0\0\0\0WEBPVP8X", 0),
    ],
)
def test_the_canvas_of_a_webp_is_read_from_its_header(image: bytes, pixels: int) -> None:
    assert webp_pixels(image) == pixels


@pytest.mark.parametrize(
    ("image", "pixels"),
    [(pictures.heic(), 640 * 400), (pictures.flood_heic(), 30_000 * 30_000), (b"\0\0\0\x14ispe", 0)],
)
def test_the_largest_picture_in_a_heif_file_is_read_from_its_header(image: bytes, pixels: int) -> None:
    assert heif_pixels(image) == pixels
