"""Which kind of image some bytes are, by the bytes alone: names and headers are not to be believed."""

#: The kinds that are taken, by the name that the decoder has for them.
JPEG, PNG, GIF, WEBP, HEIF = "JPEG", "PNG", "GIF", "WEBP", "HEIF"
KINDS = (JPEG, PNG, GIF, WEBP, HEIF)

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
#: Enough for every signature, and for the brands of a HEIF file.
HEAD_BYTES = 128


def kind_of(head: bytes) -> str | None:
    """The kind of an image that begins with these bytes, or None."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return HEIF if head[4:8] == b"ftyp" and _brands(head) & _HEIF_BRANDS else None


def _brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head), HEAD_BYTES)
    return {head[8:12], *(head[start : start + 4] for start in range(16, end - 3, 4))}


def declared_pixels(image: bytes, kind: str) -> int:
    """The most pixels that the file says the decoder would have to hold; 0 where the decoder's own look is enough.

    WebP's decoder reserves its canvas on opening, and a HEIF file may code a larger picture than it shows.
    """
    if kind == WEBP:
        return _webp_pixels(image)
    if kind == HEIF:
        return _heif_pixels(image)
    return 0


def _webp_pixels(image: bytes) -> int:
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


def _heif_pixels(image: bytes) -> int:
    """The largest `ispe` property (image spatial extents, ISO/IEC 23008-12, 6.5.3), of pictures and tiles alike."""
    marker = b"\0\0\0\x14ispe"
    largest, at = 0, image.find(marker)
    while at >= 0:
        width, height = (int.from_bytes(image[at + start : at + start + 4], "big") for start in (12, 16))
        largest = max(largest, width * height)
        at = image.find(marker, at + len(marker))
    return largest
