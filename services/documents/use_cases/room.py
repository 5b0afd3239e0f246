"""How much of the service's memory uploads may hold while they arrive and wait for a decoder."""

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.errors import Unavailable

#: Bytes. A dozen of the largest files at once, or fifty usual photos; the others are asked to come again.
FOR_UPLOADS = 256 << 20
#: Seconds: by then some of those who came first are done.
RETRY_AFTER = 3


class Room:
    """What is still free, in bytes."""

    def __init__(self, size: int = FOR_UPLOADS) -> None:
        self.free = size

    @contextmanager
    def share(self) -> Iterator["Share"]:
        """A share that is given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.free += share.taken


class Share:
    """What one upload has taken, in bytes."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.taken = 0

    def take(self, size: int) -> None:
        """Raises Unavailable (busy) where there is not so much left."""
        if size > self._room.free:
            raise Unavailable("busy", RETRY_AFTER)
        self._room.free -= size
        self.taken += size
