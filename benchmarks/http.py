"""A small HTTP client, so that what is measured is the server: one connection, one request after the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass
class Caller:
    """One kept connection."""

    host: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def connected(cls, url: str) -> Self:
        parts = urlsplit(url)
        return cls(parts.netloc, *await asyncio.open_connection(parts.hostname, parts.port))

    async def get(self, path: str) -> bytes:
        """The body. Raises RuntimeError for another status than 200."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        at = head.lower().index(b"content-length:")
        return await self.reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def rate(url: str, path: str, count: int, lanes: int) -> float:
    """GETs a second, `count` in all over `lanes` connections at once."""
    callers = [await Caller.connected(url) for _ in range(lanes)]
    left = iter(range(count))

    async def lane(caller: Caller) -> None:
        for _ in left:
            await caller.get(path)

    seconds = await timed(lambda: asyncio.gather(*map(lane, callers)))
    for caller in callers:
        await caller.close()
    return count / seconds


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began
