"""Bodies as they arrive: every byte is counted, none is unpacked, and nobody keeps us waiting for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from chassis.errors import Malformed, TooLarge, TooSlow, Unsupported

#: Seconds that anybody is waited for without a byte, and the bytes that earn a second back: who sends much at once has
#: no longer to stand still than anybody.
GRACE, SLOWEST = 30.0, 8 * 1024
#: Characters of a Content-Type. Of 8,000 the parser, which is Python's for mails, makes 600 ms.
LONGEST_TYPE = 200


@web.middleware
async def uncoded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse every body that is packed (what is unpacked is not what was counted), on every path before anything else."""
    if not _is_plain(request):
        raise Unsupported("encoded")
    return await handler(request)


def _is_plain(request: web.Request) -> bool:
    kind = request.headers.get("Content-Type", "")
    if len(kind) > LONGEST_TYPE or not kind.isascii() or not _is_readable(request):
        return False
    coded = ",".join(request.headers.getall("Content-Encoding", ["identity"]))
    moved = ",".join(request.headers.getall("Transfer-Encoding", ["chunked"]))
    return coded.strip().lower() == "identity" and moved.strip().lower() == "chunked"


def _is_readable(request: web.Request) -> bool:
    """Python's parser of a mail's headers fails on some parameters in ways of its own (`; a*`)."""
    try:
        return bool(request.content_type)
    except Exception:
        return False


async def pieces(request: web.Request, most: int, *, patience: float = 1) -> AsyncIterator[bytes]:
    """The body, piece by piece.

    Raises TooLarge beyond `most` bytes, Malformed where it breaks off, and TooSlow where its sender stands still or is
    slower than SLOWEST; `patience` multiplies the seconds. Only the time that is spent waiting for the sender counts.
    """
    clock = asyncio.get_running_loop().time
    size, patient = 0, GRACE * patience
    while not request.content.at_eof():
        began = clock()
        try:
            async with asyncio.timeout(patient):
                piece = await request.content.readany()
        except TimeoutError:
            raise TooSlow from None
        except (web.RequestPayloadError, HttpProcessingError, ConnectionError):
            raise Malformed from None
        patient = min(GRACE * patience, patient - (clock() - began) + len(piece) / SLOWEST * patience)
        size += len(piece)
        if size > most:
            raise TooLarge
        if piece:
            yield piece
