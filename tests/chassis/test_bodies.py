"""Bodies as they arrive: counted, waited for no longer than anybody needs, never a fault of ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from aiohttp import web

from chassis.web import bodies, listener
from chassis.web.failures import failures
from chassis.web.listener import OPTIONS, Line, Lines, listening, on_a_line

MOST = 100_000
Call = Callable[..., Awaitable["Caller"]]


async def _count(request: web.Request) -> web.Response:
    return web.Response(text=str(sum([len(piece) async for piece in bodies.pieces(request, MOST)])))


async def _refuse(_request: web.Request) -> web.Response:
    return web.Response(status=404)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = web.Application(middlewares=[on_a_line, failures, bodies.uncoded])
    app.router.add_post("/count", _count)
    app.router.add_post("/refuse", _refuse)
    app.router.add_get("/refuse", _refuse)
    async with listening(app, "127.0.0.1", 0, (), shutdown_timeout=1) as (_, port):
        yield port


class Caller:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head.split()[1])

    async def until_ended(self) -> None:
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass


@pytest.fixture
async def call(port: int) -> AsyncIterator[Call]:
    """A new connection each time, with the beginning of a request or nothing yet."""
    callers: list[Caller] = []

    async def connect(head: str = "", *lines: str) -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", port))
        callers.append(caller)
        if head:
            await caller.send("\r\n".join([f"{head} HTTP/1.1", "Host: x", *lines, "", ""]).encode())
        return caller

    yield connect
    for caller in callers:
        caller.writer.close()
        with suppress(ConnectionError):
            await caller.writer.wait_closed()


async def test_a_body_that_comes_in_time_is_read_whole(call: Call) -> None:
    caller = await call("POST /count", "Content-Length: 50000")
    await caller.send(b"x" * 50_000)
    assert await caller.status() == 200


async def test_every_byte_counts_also_where_no_length_was_said(call: Call) -> None:
    caller = await call("POST /count", "Transfer-Encoding: chunked")
    for _ in range(11):
        await caller.send(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
    assert await caller.status() == 413


async def test_who_stands_still_is_not_waited_for(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE", 0.05)
    caller = await call("POST /count", "Content-Length: 100")
    await caller.send(b"x")
    assert await caller.status() == 408


async def test_who_is_slower_than_the_slowest_line_is_not_waited_for(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "GRACE", 0.05)
    monkeypatch.setattr(bodies, "SLOWEST", 1000.0)
    caller = await call("POST /count", "Content-Length: 90000")
    status = asyncio.ensure_future(caller.status())
    # A byte each time that the loop goes round is never silent, and never fast enough.
    while not status.done():
        await caller.send(b"x")
        await asyncio.sleep(0.01)
    assert await status == 408


async def test_a_line_that_is_just_fast_enough_is_waited_for(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE", 0.2)
    monkeypatch.setattr(bodies, "SLOWEST", 1000.0)
    caller = await call("POST /count", "Content-Length: 20000")
    for _ in range(20):
        await caller.send(b"x" * 1000)
        await asyncio.sleep(0.02)
    assert await caller.status() == 200


async def test_who_sent_much_at_once_may_stand_still_no_longer(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE", 0.1)
    monkeypatch.setattr(bodies, "SLOWEST", 1000.0)
    caller = await call("POST /count", "Content-Length: 90000")
    await caller.send(b"x" * 80_000)
    async with asyncio.timeout(10):
        assert await caller.status() == 408


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n", b"5\r\nabc", b"ffffffffffffffffff\r\n"])
async def test_a_body_that_breaks_off_is_no_fault_of_ours(call: Call, chunk: bytes) -> None:
    caller = await call("POST /count", "Transfer-Encoding: chunked")
    await caller.send(chunk)
    caller.writer.write_eof()
    answer = await caller.reader.read(65536)
    assert answer == b"" or answer.split()[1].startswith(b"4")


@pytest.mark.parametrize("coding", ["gzip, chunked", "chunked, gzip", "gzip", "identity", "deflate, chunked"])
async def test_a_transfer_that_is_packed_is_refused(call: Call, coding: str) -> None:
    caller = await call("POST /count", f"Transfer-Encoding: {coding}")
    await caller.send(b"3\r\nabc\r\n0\r\n\r\n")
    assert await caller.status() in (400, 415)


@pytest.mark.parametrize("kind", ['"' * 8000, ";" * 8000, ';a="\\"' * 1300])
async def test_a_long_content_type_is_refused_unread(call: Call, kind: str) -> None:
    caller = await call("POST /count", f"Content-Type: text/plain{kind}", "Content-Length: 0")
    assert await caller.status() == 415


async def test_who_never_ends_the_headers_is_put_off(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEADERS", 0.1)
    for beginning in (b"", b"GET /refuse HTTP/1.1\r\nHost: x\r\n"):
        caller = await call()
        await caller.send(beginning)
        async with asyncio.timeout(10):
            await caller.until_ended()


async def test_who_begins_a_second_request_and_never_ends_it_is_put_off_too(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "HEADERS", 0.1)
    caller = await call("GET /refuse")
    assert await caller.status() == 404
    await caller.send(b"GET /refuse HTT")
    async with asyncio.timeout(10):
        await caller.until_ended()


async def test_a_slow_body_is_not_taken_for_slow_headers(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEADERS", 0.1)
    caller = await call("POST /count", "Content-Length: 10")
    for _ in range(10):
        await caller.send(b"x")
        await asyncio.sleep(0.03)
    assert await caller.status() == 200


async def test_a_quiet_line_stays_open_between_requests(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEADERS", 0.05)
    caller = await call("GET /refuse")
    assert await caller.status() == 404
    await asyncio.sleep(0.2)
    await caller.send(b"GET /refuse HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await caller.status() == 404


async def test_of_a_body_that_was_refused_little_more_is_read(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "LEFT_OVER", 200_000)
    caller = await call("POST /refuse", "Content-Length: 100000000")
    sent = 0
    with suppress(ConnectionError):
        while sent < 50_000_000:
            await caller.send(b"x" * 50_000)
            sent += 50_000
            await asyncio.sleep(0)
    # What lies in the buffers of both sides is not read, but was sent.
    assert sent < 20_000_000


async def test_four_hundred_half_open_lines_keep_nobody_out(call: Call) -> None:
    half = [await call() for _ in range(400)]
    for caller in half:
        await caller.send(b"GET /refuse HTTP/1.1\r\n")
    async with asyncio.timeout(5):
        assert await (await call("GET /refuse")).status() == 404


class _Transport(asyncio.Transport):
    def __init__(self, peer: str) -> None:
        super().__init__({"peername": (peer, 1)})
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


def _line(lines: Lines, peer: str) -> tuple[Line, _Transport]:
    line, transport = Line(lines, asyncio.Protocol()), _Transport(peer)
    line.connection_made(transport)
    return line, transport


async def test_a_newcomer_takes_the_place_of_its_own_line_that_waits_longest() -> None:
    lines = Lines((), most_of_one=2, most=10)
    first, second, other = (_line(lines, peer) for peer in ("192.0.2.1", "192.0.2.1", "192.0.2.2"))
    third = _line(lines, "192.0.2.1")
    assert [transport.aborted for _, transport in (first, second, other, third)] == [True, False, False, False]


async def test_who_has_all_its_lines_in_use_gets_no_further_one() -> None:
    lines = Lines((), most_of_one=1, most=10)
    busy, first = _line(lines, "2001:db8::1")
    busy.answering()
    _, neighbour = _line(lines, "2001:db8::ffff")
    assert (first.aborted, neighbour.aborted) == (False, True)


async def test_a_proxy_of_ours_may_hold_as_many_as_there_are() -> None:
    from chassis.web.addresses import networks

    lines = Lines(networks(("192.0.2.0/24",)), most_of_one=1, most=10)
    assert [_line(lines, "192.0.2.1")[1].aborted for _ in range(3)] == [False, False, False]


def test_aiohttp_unpacks_nothing() -> None:
    assert OPTIONS["auto_decompress"] is False


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\nA\x01: b\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"b" * 9000],
    ids=["a header that is none", "TLS", "a header without end"],
)
async def test_what_is_no_request_is_no_error_of_ours_and_its_sender_is_not_noted(
    call: Call, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    caller = await call()
    await caller.send(sent)
    assert await caller.status() == 400
    assert caplog.records == []
