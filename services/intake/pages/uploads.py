"""A form with a photograph: its fields first, then the file, which is streamed on and never held."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeAlias

from aiohttp import web
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chassis.errors import FieldError, Invalid, Malformed, Unsupported
from chassis.web.bodies import pieces
from services.intake import messages
from services.intake.pages.frame import OWN_FIELDS

#: Bytes of a field, of a header of a part (a file's name is in one), and of all that is not the file.
_LONGEST_FIELD, _LONGEST_HEADER, FORM_ITSELF = 200, 2048, 64 * 1024
#: No form of ours has as many parts, no browser writes as many headers for one.
_MOST_PARTS, _MOST_HEADERS = 10, 8
#: Bytes within which a body begins with its boundary.
_OPENING = 4096
#: RFC 2046, section 5.1.1.
_LONGEST_BOUNDARY = 70

#: What stands in the body: a part begins, bytes of it, None where it ends.
_Event: TypeAlias = MultipartSegment | bytes | None


async def read_upload(
    request: web.Request, allowed: tuple[str, ...], file: str, most: int
) -> tuple[dict[str, str], AsyncIterator[bytes] | None]:
    """The fields that stand before the file, and the file of at most `most` bytes; None where none was chosen.

    Every byte of the body counts. Raises Unsupported, TooLarge, TooSlow, Malformed, and Invalid for an unknown field or
    one that is no short text.
    """
    if request.content_type != "multipart/form-data":
        raise Unsupported("form_expected")
    fields: dict[str, str] = {}
    events = _events(request, most + FORM_ITSELF)
    async for part in events:
        assert isinstance(part, MultipartSegment)
        if part.name == file:
            first = await anext(events)
            return fields, _whole(first, events) if isinstance(first, bytes) else None
        if part.name not in (*allowed, *OWN_FIELDS):
            raise _invalid(part.name or "", "unknown_field")
        fields[part.name] = await _text(part, events)
    return fields, None


async def _whole(first: bytes, rest: AsyncGenerator[_Event, None]) -> AsyncIterator[bytes]:
    yield first
    while isinstance(piece := await anext(rest), bytes):
        yield piece


async def _events(request: web.Request, most: int) -> AsyncGenerator[_Event, None]:
    try:
        parser = PushMultipartParser(
            _boundary(request),
            max_header_size=_LONGEST_HEADER,
            max_header_count=_MOST_HEADERS,
            max_segment_count=_MOST_PARTS,
            strict=True,
        )
        opened = False
        async for piece in pieces(request, most):
            # Its first bytes alone: what has no boundary in them is refused.
            for part in (piece,) if opened else (piece[:_OPENING], piece[_OPENING:]):
                for event in parser.parse(part) if part else ():
                    yield event
            opened = True
        parser.close()
    except MultipartError:
        raise Malformed from None


def _boundary(request: web.Request) -> bytes:
    _, options = parse_options_header(request.headers["Content-Type"])
    boundary: str = options.get("boundary", "")
    if not boundary.isascii() or not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        raise Malformed
    return boundary.encode()


async def _text(part: MultipartSegment, events: AsyncGenerator[_Event, None]) -> str:
    raw = b""
    while isinstance(piece := await anext(events), bytes):
        raw += piece
        if len(raw) > _LONGEST_FIELD:
            raise _invalid(part.name or "", "invalid")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Malformed from None
    if not text.isprintable():
        raise _invalid(part.name or "", "invalid")
    return text


def _invalid(field: str, code: str) -> Invalid:
    return Invalid([FieldError(field[:100], code, messages.text(code))])
