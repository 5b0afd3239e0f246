"""The virus scanner, where one is configured: clamd's INSTREAM (clamd(8)). Off unless OUCHI_CLAMD says where it is.

When on it fails closed: without its word that an image is clean nothing is stored.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from chassis.errors import Unavailable
from services.documents.decoder import refused

log = structlog.get_logger()

#: Seconds for one image.
PATIENCE = 30.0
_SLICE = 1 << 16
_LONGEST_ANSWER = 4096


async def scan(address: str, image: bytes | bytearray) -> None:
    """Ask the clamd at `address` (host:port, or the path of its socket); an empty address asks nobody.

    Raises Invalid (infected), or Unavailable where clamd is away or says anything but clean or found.
    """
    if not address:
        return
    try:
        async with asyncio.timeout(PATIENCE), _connected(address) as (answers, asking):
            answer = await _ask(answers, asking, image)
    except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as error:
        log.error("scanner away", error=type(error).__name__)
        raise Unavailable from None
    if answer.endswith(b" FOUND"):
        log.warning("infected image refused", found=answer.decode(errors="replace"))
        raise refused("infected")
    if answer != b"stream: OK":
        log.error("scanner refused to scan", answer=answer.decode(errors="replace"))
        raise Unavailable


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, _, port = address.rpartition(":")
    if address.startswith("/"):
        answers, asking = await asyncio.open_unix_connection(address, limit=_LONGEST_ANSWER)
    else:
        answers, asking = await asyncio.open_connection(host.strip("[]"), int(port), limit=_LONGEST_ANSWER)
    try:
        yield answers, asking
    finally:
        asking.close()


async def _ask(answers: asyncio.StreamReader, asking: asyncio.StreamWriter, image: bytes | bytearray) -> bytes:
    """What clamd says, without its closing zero."""
    asking.write(b"zINSTREAM\0")
    view = memoryview(image)
    for start in range(0, len(view), _SLICE):
        piece = view[start : start + _SLICE]
        asking.write(len(piece).to_bytes(4, "big") + piece)
        await asking.drain()
    asking.write(bytes(4))
    await asking.drain()
    return (await answers.readuntil(b"\0"))[:-1]
