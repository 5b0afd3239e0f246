"""A wake-up call between a transaction and a loop of the same process. It only saves time: nothing depends on it."""

import asyncio


class Pulse:
    """`beat()` wakes whoever waits; a beat that nobody waits for is kept for the next who does."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return at the next beat, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
