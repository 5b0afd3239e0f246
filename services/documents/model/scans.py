"""The page of a scanner: a PDF that is one JPEG and nothing else (ISO 32000-1). Any other PDF is not looked into.

Only plain objects are read: no encryption, no object streams, no further filters.
"""

import re
import zlib

#: Objects of a scanned page are a dozen.
_MOST_OBJECTS = 200
#: The page's own drawing says only where the picture goes.
_LONGEST_DRAWING = 4096
_OBJECT = re.compile(rb"(?:^|[\r\n ])\d{1,10} \d{1,5} obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_FILTER = re.compile(rb"/Filter\s*(?:\[\s*)?/(\w+)\s*(?:\]|[/>])")
_LENGTH = re.compile(rb"/Length\s+(\d{1,10})(?!\s+\d+\s+R)")
_TURN = re.compile(rb"/Rotate\s+(-?\d{1,4})\b")
#: Where the picture goes, upright, and that it is painted: numbers, `cm`, `q`, `Q`, and one `/Name Do`.
_DRAWING = re.compile(rb"(?:[\s\d.+-]|\bq\b|\bQ\b|\bcm\b)*/[\w.+-]+\s+Do(?:\s|\bQ\b)*")
_MATRIX = re.compile(rb"([\d.+-]+)\s+([\d.+-]+)\s+([\d.+-]+)\s+([\d.+-]+)\s+[\d.+-]+\s+[\d.+-]+\s+cm\b")
_HEAD_BYTES = 2048


def picture_in(pdf: bytes) -> tuple[bytes, int] | None:
    """The JPEG of the only page and by how many degrees it is shown turned to the right; None for any other PDF."""
    if b"/ObjStm" in pdf or b"/Encrypt" in pdf:
        return None
    pages, jpegs, drawings = [], [], []
    at = 0
    for _ in range(_MOST_OBJECTS):
        found = _OBJECT.search(pdf, at)
        if found is None:
            break
        head, body, at = _parts(pdf, found.end())
        if _PAGE.search(head):
            pages.append(head)
        if _IMAGE.search(head):
            jpegs.append((head, body))
        elif body and b"/Type" not in head and b"/N " not in head:
            drawings.append((head, body))
    else:
        return None
    if len(pages) != 1 or len(jpegs) != 1 or not _only_shows(drawings):
        return None
    head, jpeg = jpegs[0]
    filters, turned = _FILTER.search(head), _TURN.search(pages[0])
    if filters is None or filters[1] != b"DCTDecode" or not jpeg.startswith(b"\xff\xd8\xff"):
        return None
    return jpeg, int(turned[1]) % 360 if turned else 0


def _parts(pdf: bytes, start: int) -> tuple[bytes, bytes, int]:
    """An object's dictionary and its stream (empty where it has none), and where the next one is looked for."""
    head = pdf[start : start + _HEAD_BYTES]
    end, stream = head.find(b"endobj"), _STREAM.search(head)
    if stream is None or 0 <= end < stream.start():
        return head[: end if end >= 0 else None], b"", start + (end if end >= 0 else 1)
    said = _LENGTH.search(head, 0, stream.start())
    begin = start + stream.end()
    close = begin + int(said[1]) if said else pdf.find(b"endstream", begin)
    close = min(close, len(pdf)) if close >= 0 else len(pdf)
    return head[: stream.start()], pdf[begin:close], close


def _only_shows(drawings: list[tuple[bytes, bytes]]) -> bool:
    """Whether what the page draws is one picture, upright, and nothing else: no text, no line."""
    shown = 0
    for head, body in drawings:
        filters = _FILTER.search(head)
        if filters is not None and filters[1] == b"FlateDecode":
            try:
                body = zlib.decompressobj().decompress(body, _LONGEST_DRAWING)
            except zlib.error:
                return False
        body = body.strip()
        if not body:
            continue
        if len(body) >= _LONGEST_DRAWING or not _DRAWING.fullmatch(body) or not _is_upright(body):
            return False
        shown += 1
    return shown == 1


def _is_upright(drawing: bytes) -> bool:
    try:
        matrices = [tuple(float(each) for each in found) for found in _MATRIX.findall(drawing)]
    except ValueError:
        return False
    return all(a > 0 and d > 0 and b == c == 0 for a, b, c, d in matrices)
