"""How long the event loop is held by one step, in seconds of processor time: a busy machine does not count."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

#: Nothing may hold the loop for longer.
MOST = 0.05


@dataclass
class Steps:
    """The longest step of the loop so far."""

    longest: float = 0.0


@contextmanager
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """Every step of the loop that is run within."""
    steps, run = Steps(), asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        steps.longest = max(steps.longest, time.thread_time() - began)

    with monkeypatch.context() as patched:
        patched.setattr(asyncio.Handle, "_run", timed)
        yield steps
