"""What phones and scanners send: taken upright and whole, or refused by the name of what it is."""

import io
import zlib
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from chassis.ids import new_id
from services.documents.model.document import INCOMPLETE
from services.documents.model.images import NotOnePicture, Unreadable, clean
from services.documents.model.kinds import JPEG, PDF, kind_of
from services.documents.model.scans import picture_in
from tests.documents import pictures
from tests.documents.conftest import House

PIXELS = 200_000_000


def scanned(
    jpeg: bytes | None = None, drawing: bytes = b"q 612 0 0 792 0 0 cm /Im0 Do Q", page: bytes = b"", more: bytes = b""
) -> bytes:
    """A PDF as scanners write it; `more` are further objects."""
    jpeg = jpeg or pictures.jpeg()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R " + page + b" >>",
        b"<< /Length " + str(len(drawing)).encode() + b" >>\nstream\n" + drawing + b"\nendstream",
        b"<< /Type /XObject /Subtype /Image /Width 640 /Height 400 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /DCTDecode /Length " + str(len(jpeg)).encode() + b" >>\nstream\n" + jpeg + b"\nendstream",
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + body + more + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def upright(image: bytes, kind: str) -> bool:
    reading = clean(image, kind, PIXELS).renditions[0]
    return pictures.seems_upright(Image.open(io.BytesIO(reading.jpeg)))


@pytest.mark.parametrize(
    "image",
    [
        pictures.encoded(pictures.card(), "AVIF"),
        pictures.encoded(pictures.turned(6), "AVIF", exif=pictures.exif(6)),
        pictures.encoded(pictures.card(), "BMP"),
        pictures.encoded(pictures.card().quantize(16), "BMP"),
        *(pictures.encoded(pictures.card(), "TIFF", compression=each) for each in ("raw", "tiff_lzw", "tiff_deflate", "jpeg")),
        pictures.encoded(pictures.card(), "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]),
        pictures.encoded(pictures.card(mode="CMYK"), "TIFF"),
        scanned(),
        pictures.encoded(pictures.card(), "PDF"),
    ],
)  # fmt: skip
def test_every_kind_of_phones_and_scanners_is_taken_upright(image: bytes) -> None:
    kind = kind_of(image[:128])
    assert kind is not None
    assert upright(image, kind)


@pytest.mark.parametrize("format_", ["1", "L", "I;16", "RGBA", "P"])
def test_a_tiff_of_every_depth_keeps_its_grey(format_: str) -> None:
    grey = Image.new("I;16", (64, 64), 40_000) if format_ == "I;16" else Image.new("L", (64, 64), 156).convert(format_)
    reading = clean(pictures.encoded(grey, "TIFF"), "TIFF", PIXELS).renditions[0]
    seen = Image.open(io.BytesIO(reading.jpeg)).convert("L").resize((1, 1)).getpixel((0, 0))
    assert seen == pytest.approx(156, abs=12)


@pytest.mark.parametrize("cut", [2, 40, 200])
@pytest.mark.parametrize("options", [{}, {"subsampling": 2}, {"progressive": True}])
def test_a_jpeg_without_its_last_bytes_is_taken_and_this_is_said(cut: int, options: dict[str, Any]) -> None:
    image = pictures.jpeg(pictures.photo(1600, 1200), **options)
    whole, cleaned = clean(image, JPEG, PIXELS), clean(image[:-cut], JPEG, PIXELS)
    assert (INCOMPLETE in whole.warnings, INCOMPLETE in cleaned.warnings) == (False, True)
    there, seen = (
        Image.open(io.BytesIO(each.renditions[0].jpeg)).crop((0, 0, 1600, 1120)) for each in (whole, cleaned)
    )
    assert ImageStat.Stat(ImageChops.difference(there, seen)).mean == pytest.approx([0, 0, 0], abs=2)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.92])
def test_a_jpeg_that_lacks_more_than_its_rim_is_refused(share: float) -> None:
    image = pictures.jpeg(pictures.photo(1600, 1200))
    with pytest.raises(Unreadable):
        clean(image[: int(share * len(image))], JPEG, PIXELS)


@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90, 450])
def test_a_scan_is_turned_as_its_page_is(turned: int) -> None:
    lying = {0: 1, 90: 6, 180: 3, 270: 8}[turned % 360]
    jpeg = pictures.jpeg(pictures.turned(lying))
    assert upright(scanned(jpeg, page=b"/Rotate %d" % turned), PDF)


def test_a_page_may_draw_its_picture_packed() -> None:
    drawing = zlib.compress(b"q\n612.0 0 0 792.0 0 0 cm\n/Im0 Do\nQ\n")
    packed = scanned(drawing=drawing).replace(
        b"<< /Length %d >>" % len(drawing), b"<< /Filter /FlateDecode /Length %d >>" % len(drawing)
    )
    assert upright(packed, PDF)


SECOND_PAGE = b"6 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n"
SECOND_PICTURE = b"6 0 obj\n<< /Subtype /Image /Filter /FlateDecode /Length 4 >>\nstream\nabcd\nendstream\nendobj\n"


@pytest.mark.parametrize(
    "pdf",
    [
        scanned(more=SECOND_PAGE),
        scanned(more=SECOND_PICTURE),
        scanned(more=b"6 0 obj\n<< /Type /ObjStm /N 1 /Length 4 >>\nstream\nabcd\nendstream\nendobj\n"),
        scanned(more=b"trailer << /Encrypt 9 0 R >>"),
        scanned(drawing=b"BT /F1 12 Tf (text) Tj ET q 612 0 0 792 0 0 cm /Im0 Do Q"),
        scanned(drawing=b"0 0 m 100 100 l S q 612 0 0 792 0 0 cm /Im0 Do Q"),
        scanned(drawing=b"q 0 612 -792 0 0 0 cm /Im0 Do Q"),
        scanned(drawing=b"q 1 0 0 1 0 0 cm /Im0 Do /Im0 Do Q"),
        scanned(drawing=b""),
        scanned(jpeg=b"no jpeg at all"),
        scanned(page=b"/Rotate 45"),
        scanned().replace(b"/Filter /DCTDecode", b"/Filter [/FlateDecode /DCTDecode]"),
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"1 0 obj\n" * 100_000,
        b"%PDF-1.7\n" + b"1 0 obj<<" * 200_000,
    ],
)
def test_any_other_pdf_is_not_one_picture(pdf: bytes) -> None:
    with pytest.raises(NotOnePicture):
        clean(pdf, PDF, PIXELS)


def test_looking_for_a_scan_takes_no_longer_than_reading() -> None:
    for piece in (b"1 0 obj\n", b"stream\n", b"/Filter [", b"9 9 obj << /Length 99999999 >>\nstream\n"):
        assert picture_in(b"%PDF-1.4\n" + piece * (4_000_000 // len(piece))) is None


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (b"PK\x03\x04....word/document.xml", "document_file"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video_file"),
        (pictures.heic()[:-900], "heic_file"),
        (pictures.encoded(pictures.card(), "WEBP")[:-400], "webp_file"),
    ],
)
async def test_a_refusal_names_what_was_sent_also_when_it_comes_again(house: House, image: bytes, kind: str) -> None:
    for further in ([], ["same_as_before"]):
        body = await (await house.put(new_id(), image)).json()
        assert (body["code"], [each["code"] for each in body["errors"]]) == (
            "unreadable_image",
            ["unreadable_image", kind, *further],
        )


async def test_a_pdf_that_is_no_scan_is_refused_as_one(house: House) -> None:
    assert (await (await house.put(new_id(), scanned(more=SECOND_PAGE))).json())["code"] == "pdf"
    assert (await house.put(new_id(), scanned())).status == 201
