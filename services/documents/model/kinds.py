"""Which kind of file some bytes are, by the bytes alone: names and headers are not to be believed."""

#: The kinds that are taken, by the name that the decoder has for them.
JPEG, PNG, GIF, WEBP, HEIF, AVIF, TIFF, BMP = "JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF", "TIFF", "BMP"
#: A scanner's page: taken where it is one JPEG and nothing else, see scans.py.
PDF = "PDF"
KINDS = (JPEG, PNG, GIF, WEBP, HEIF, AVIF, TIFF, BMP, PDF)
#: What people send that is no picture, as codes of the refusal.
DOCUMENT, SPREADSHEET, VIDEO, SOUND, ARCHIVE, WEB_PAGE, RAW = (
    "document_file",
    "spreadsheet_file",
    "video_file",
    "sound_file",
    "archive_file",
    "web_page_file",
    "raw_file",
)

#: Kinds of which another than a damaged file may be sent more easily.
_DAMAGED = {
    HEIF: "heic_file",
    AVIF: "avif_file",
    WEBP: "webp_file",
    GIF: "gif_file",
    TIFF: "tiff_file",
    BMP: "bmp_file",
}

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
#: Enough for every signature, and for the brands of a HEIF file.
HEAD_BYTES = 128
#: Of a file that is no picture, what its beginning is searched for names of parts.
_SEARCHED = 4096

_BEGINNINGS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"%PDF-", PDF),
)


def kind_of(head: bytes) -> str | None:
    """The kind of an image that begins with these bytes, or None."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return None if kind == TIFF and head[8:10] == b"CR" else kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    # "BM" alone is a word: behind it stand zeros and the length of one of the known headers.
    if head.startswith(b"BM") and head[6:10] == bytes(4) and head[15:18] == bytes(3) and 12 <= head[14] <= 124:
        return BMP
    if head[4:8] != b"ftyp":
        return None
    brands = _brands(head)
    # `mif1` says only "a still picture"; which coding it has is said beside it.
    return AVIF if brands & _AVIF_BRANDS else HEIF if brands & _HEIF_BRANDS else None


def named(image: bytes | bytearray) -> str | None:
    """The kind of a file that could not be read, as a code beside the one of the refusal; None for what cameras send."""
    kind = kind_of(bytes(image[:HEAD_BYTES]))
    return other_kind_of(image) if kind is None else _DAMAGED.get(kind)


def other_kind_of(image: bytes | bytearray) -> str | None:
    """What a file is that no decoder takes, as the code of its refusal; None where even that is not known."""
    head = bytes(image[:_SEARCHED])
    if head.startswith(b"PK\x03\x04"):
        return _packed(head, bytes(image[-_SEARCHED:]))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return SPREADSHEET if "Workbook".encode("utf-16-le") in image else DOCUMENT
    if head.startswith(b"{\\rtf"):
        return DOCUMENT
    if head.startswith((b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0")):
        return ARCHIVE
    if head[4:8] == b"ftyp":
        return RAW if head[8:12] == b"crx " else SOUND if head[8:11] == b"M4A" else VIDEO
    if head.startswith((b"\x1aE\xdf\xa3", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"FLV\x01")) or head[4:8] in (
        b"moov",
        b"wide",
    ):
        return VIDEO
    if head.startswith(b"RIFF"):
        return {b"AVI ": VIDEO, b"WAVE": SOUND}.get(head[8:12])
    if head.startswith((b"ID3", b"OggS", b"fLaC", b"#!AMR")):
        return SOUND
    if head.startswith((b"II*\0", b"FUJIFILMCCD-RAW", b"IIRO", b"IIU\0")):
        return RAW
    return _text(head)


def _packed(head: bytes, tail: bytes) -> str:
    """What a ZIP is: office files are ZIPs, whose first entry or directory says what of."""
    named = head + tail
    if b"word/" in named or b"opendocument.text" in named:
        return DOCUMENT
    return SPREADSHEET if b"xl/" in named or b"opendocument.spreadsheet" in named else ARCHIVE


def _text(head: bytes) -> str | None:
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1000].lower()
    return WEB_PAGE if begins.startswith((b"<!doctype html", b"<html", b"mime-version:")) else None


def _brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head), HEAD_BYTES)
    return {head[8:12], *(head[start : start + 4] for start in range(16, end - 3, 4))}


def webp_pixels(image: bytes) -> int:
    """Of the canvas that its decoder reserves on opening."""
    chunk, body = image[12:16], image[20:30]
    if len(body) < 10:
        return 0
    if chunk == b"VP8X":
        width, height = (int.from_bytes(body[start : start + 3], "little") + 1 for start in (4, 7))
        return width * height
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    width, height = (int.from_bytes(body[start : start + 2], "little") & 0x3FFF for start in (6, 8))
    return width * height


def heif_pixels(image: bytes) -> int:
    """The largest `ispe` property (image spatial extents, ISO/IEC 23008-12, 6.5.3), of pictures and tiles alike."""
    marker = b"\0\0\0\x14ispe"
    largest, at = 0, image.find(marker)
    while at >= 0:
        width, height = (int.from_bytes(image[at + start : at + start + 4], "big") for start in (12, 16))
        largest = max(largest, width * height)
        at = image.find(marker, at + len(marker))
    return largest
