"""How much of the service's memory uploads may hold while they arrive and wait for a decoder."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from chassis.errors import Unavailable

#: Bytes. A dozen of the largest files at once, or fifty usual photos; the others are asked to come again.
FOR_UPLOADS = 256 << 20
#: What one application may have of it: its three uploads at once, each of the largest size.
OF_ONE = 64 << 20
#: Seconds: by then some of those who came first are done.
RETRY_AFTER = 3


class Room:
    """What is still free, and what each application has taken, in bytes."""

    def __init__(self, size: int = FOR_UPLOADS, of_one: int = OF_ONE) -> None:
        self.free, self.of_one = size, of_one
        self.taken: Counter[Hashable] = Counter()

    @contextmanager
    def share(self, owner: Hashable) -> Iterator["Share"]:
        """A share of the owner, given back at the end."""
        share = Share(self, owner)
        try:
            yield share
        finally:
            self.free += share.taken
            self.taken[owner] -= share.taken
            if not self.taken[owner]:
                del self.taken[owner]


class Share:
    """What one upload has taken, in bytes."""

    def __init__(self, room: Room, owner: Hashable) -> None:
        self._room, self._owner = room, owner
        self.taken = 0

    def take(self, size: int) -> None:
        """Raises Unavailable (busy) where there is not so much left."""
        room = self._room
        if size > room.free or room.taken[self._owner] + size > room.of_one:
            raise Unavailable("busy", RETRY_AFTER)
        room.free -= size
        room.taken[self._owner] += size
        self.taken += size
