"""A form with a photograph: its fields first, then the file, which is streamed on and never held."""

from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, web

from chassis.errors import FieldError, Invalid, Malformed, Unsupported
from services.intake import messages
from services.intake.pages.frame import OWN_FIELDS

_LONGEST_FIELD = 200
_CHUNK = 64 * 1024


class Picture:
    """The bytes of the file that was chosen."""

    def __init__(self, first: bytes, part: BodyPartReader) -> None:
        self._first, self._part = first, part
        self.broken = False

    async def chunks(self) -> AsyncIterator[bytes]:
        chunk = self._first
        while chunk:
            yield chunk
            try:
                chunk = await self._part.read_chunk(_CHUNK)
            except (ValueError, AssertionError):
                # It ends without the boundary that it promised.
                self.broken = True
                raise Malformed from None


async def read_upload(
    request: web.Request, allowed: tuple[str, ...], file: str
) -> tuple[dict[str, str], Picture | None]:
    """The fields that stand before the file, and the file; None where none was chosen.

    Raises Unsupported, Malformed, and Invalid for an unknown field or one that is no short text.
    """
    if request.content_type != "multipart/form-data":
        raise Unsupported("form_expected")
    fields: dict[str, str] = {}
    try:
        reader = await request.multipart()
        while part := await reader.next():
            if not isinstance(part, BodyPartReader):
                raise Malformed
            if part.name == file:
                first = await part.read_chunk(_CHUNK)
                return fields, Picture(first, part) if first else None
            if part.name not in (*allowed, *OWN_FIELDS):
                raise _invalid(part.name or "", "unknown_field")
            fields[part.name] = await _text(part)
    except (ValueError, AssertionError, web.HTTPException):
        raise Malformed from None
    return fields, None


async def _text(part: BodyPartReader) -> str:
    raw = await part.read_chunk(_LONGEST_FIELD + 1)
    if len(raw) > _LONGEST_FIELD or b"\0" in raw:
        raise _invalid(part.name or "", "invalid")
    return raw.decode()


def _invalid(field: str, code: str) -> Invalid:
    return Invalid([FieldError(field[:100], code, messages.text(code))])
