"""Password hashes: argon2id as OWASP advises (19 MiB, 2 passes), off the event loop, at most so many at once."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from chassis.errors import Unavailable

T = TypeVar("T")

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_CORES = os.cpu_count() or 1
#: More would only wait longer: they are told to come back.
_WAITING = 100
#: Seconds. People and proxies give up after some more, and would hear nothing.
_PATIENCE = 10.0
#: Verified where there is no account, so that the answer takes as long as for a wrong password.
_NOBODY = _HASHER.hash(os.urandom(16).hex())


class PasswordHashing:
    """A small pool of threads for hashing; close it with the service."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_CORES, thread_name_prefix="passwords")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to store. Raises Unavailable where too many are waiting, or it takes too long."""
        return await self._run(_HASHER.hash, password)

    async def verify(self, stored: str | None, *forms: str) -> bool:
        """True if one of the password's `forms`, likeliest first, is what `stored` was made of. None takes as long and is False."""
        return await self._run(_matches, stored or _NOBODY, *forms) and stored is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, function: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= _WAITING:
            raise Unavailable("busy", retry_after=5)
        self._waiting += 1
        try:
            # Who gives up, or is given up, is taken out of the queue.
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        except TimeoutError:
            raise Unavailable("busy", retry_after=5) from None
        finally:
            self._waiting -= 1


def _matches(stored: str, *forms: str) -> bool:
    return any(_is_of(stored, form) for form in forms)


def _is_of(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False
