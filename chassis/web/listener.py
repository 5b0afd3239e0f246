"""The listener: how long a caller may take over its headers, how many lines one caller and all may hold.

aiohttp itself waits for headers without end. Each connection therefore goes through a `Line`, which hands everything on
and is ended where its headers do not come, or its answer is not taken.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger

from chassis.web.addresses import Network, household, is_within

#: Seconds from the first byte (or from connecting) to the end of the headers.
HEADERS = 10.0
#: Seconds that an answer may wait for its reader.
UNREAD = 60.0
#: Lines of one caller who is no proxy of ours, and of all. Below the 1,024 files that many systems give a process.
MOST_OF_ONE, MOST = 200, 800
#: What is thrown away after the answer of a body that was refused, so that its sender sees the answer: little; but all of
#: one that was said to be no longer than HEARD_OUT, twice the largest photograph (a browser looks for no answer before).
LEFT_OVER, HEARD_OUT = 1 << 20, 40 << 20
#: For aiohttp. Nothing is unpacked, what is read ahead is little, and a quiet line of a proxy stays as long as proxies
#: keep theirs.
OPTIONS: dict[str, Any] = {
    "auto_decompress": False,
    "read_bufsize": 64 * 1024,
    "max_headers": 64,
    "keepalive_timeout": 75.0,
    "lingering_time": 10.0,
}


class Line(asyncio.Protocol):
    """One connection, between the socket and `http`, which answers."""

    def __init__(self, lines: "Lines", http: asyncio.Protocol) -> None:
        self._lines, self._http = lines, http
        self._timer: asyncio.TimerHandle | None = None
        self._left: int | None = None
        self.transport: asyncio.Transport | None = None
        self.caller = ""
        #: No request is being answered.
        self.waiting = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.caller = self._lines.caller_of(self.transport)
        if not self._lines.take(self):
            self.transport.abort()
            return
        self._end_in(HEADERS)
        self._http.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                self.end()
                return
        if self.waiting and self._timer is None:
            self._end_in(HEADERS)
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return self._http.eof_received()

    def pause_writing(self) -> None:
        self._end_in(UNREAD)
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._relax()
        self._http.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        if self._lines.give_back(self):
            self._http.connection_lost(exc)

    def answering(self) -> None:
        """The headers are there."""
        self._relax()
        self.waiting, self._left = False, None

    def answered(self, left: int | None) -> None:
        """The answer is made; of its request no more than `left` bytes are still taken, None where all have come."""
        self.waiting, self._left = True, left

    def end(self) -> None:
        """At once, without an answer."""
        if self.transport:
            self.transport.abort()

    def _end_in(self, seconds: float) -> None:
        self._relax()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.end)

    def _relax(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


class Lines:
    """Who is connected. A newcomer beyond the limits takes the place of the one that has said nothing for longest."""

    def __init__(self, trusted: tuple[Network, ...], most_of_one: int = MOST_OF_ONE, most: int = MOST) -> None:
        self._trusted, self._most_of_one, self._most = trusted, most_of_one, most
        self._lines: dict[Line, None] = {}

    def caller_of(self, transport: asyncio.Transport) -> str:
        """Who is counted together; "" for a proxy of ours, behind which everybody comes."""
        # Who has hung up already has no address any more.
        peer = transport.get_extra_info("peername") or ("::",)
        address = ip_address(peer[0].partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return "" if is_within(address, self._trusted) else household(address)

    def take(self, line: Line) -> bool:
        """True if there is room for the line, or somebody made room."""
        own = [each for each in self._lines if line.caller and each.caller == line.caller]
        if len(own) >= self._most_of_one and not self._end_one(iter(own)):
            return False
        if len(self._lines) >= self._most and not self._end_one(iter(self._lines)):
            return False
        self._lines[line] = None
        return True

    def give_back(self, line: Line) -> bool:
        """True if the line had been taken."""
        return self._lines.pop(line, self) is None

    def _end_one(self, lines: Iterator[Line]) -> bool:
        oldest = next((line for line in lines if line.waiting), None)
        if oldest is None:
            return False
        # It is gone in the next round of the loop; until then nobody else takes its place.
        oldest.waiting = False
        oldest.end()
        return True


@web.middleware
async def on_a_line(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Tell the connection when its request begins and ends."""
    line = request.transport.get_protocol() if request.transport else None
    if not isinstance(line, Line):
        return await handler(request)
    line.answering()
    try:
        return await handler(request)
    finally:
        line.answered(None if request.content.is_eof() else _left_over(request))


def _left_over(request: web.Request) -> int:
    said = request.content_length
    return said if said is not None and said <= HEARD_OUT else LEFT_OVER


def _is_our_fault(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


# aiohttp calls it an error, and names its sender, when somebody sends what is no request: scanners do, all day.
server_logger.addFilter(_is_our_fault)


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, trusted: tuple[Network, ...], shutdown_timeout: float = 10
) -> AsyncIterator[tuple[str, int]]:
    """Serve the application; yields the address. At the end requests in flight have `shutdown_timeout` seconds."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout, **OPTIONS)
    await runner.setup()
    try:
        assert runner.server is not None
        serve, lines = runner.server, Lines(trusted)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Line(lines, serve()), host, port, backlog=512)
        try:
            yield server.sockets[0].getsockname()[:2]
        finally:
            server.close()
    finally:
        await runner.cleanup()
