"""A wake-up call between a transaction and a loop of the same process. It only saves time: nothing depends on it."""

import asyncio
from contextlib import suppress


class Pulse:
    """`beat()` wakes one of those who wait; a beat that nobody waits for is kept for the next who does."""

    def __init__(self) -> None:
        self._beats: asyncio.Queue[None] = asyncio.Queue(maxsize=1)

    def beat(self) -> None:
        with suppress(asyncio.QueueFull):
            self._beats.put_nowait(None)

    async def wait(self, seconds: float) -> None:
        """Return at the next beat, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._beats.get()
