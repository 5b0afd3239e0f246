"""Images are decoded in worker processes. One that dies takes only its own image with it; the next image gets a new one.

The worker is not trusted: it gets no environment, it can do nothing but decode (sandbox.py), and its answer is bytes,
never pickles.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

import structlog

from chassis import metrics
from chassis.errors import FieldError, Invalid, Unavailable
from services.documents.model.document import RENDITIONS, WARNINGS, Cleaned, Rendition
from services.documents.model.masking import Box
from services.documents.model.sizes import is_possible

log = structlog.get_logger()

#: Wall-clock seconds for one image, waiting for the CPU included.
PATIENCE = 60.0
_SLICE = 1 << 18
#: Bytes: a worker that has held more is not used again. What a large picture leaves in between counts against the next one,
#: which its memory (worker.py) would then be too small for. Photographs of phones need less.
_MOST_HELD = 150_000_000
_LARGEST_ANSWER = 1 << 24
#: What a worker may say is wrong with an image beside its being unreadable.
_REFUSALS = ("too_many_pixels", "pdf")
#: Pixels of reach: the largest blocks that any coding has.
_FARTHEST = 128
#: What comes of reading something else than a worker of ours would say.
_NO_ANSWER = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
#: How a process ends because of what it decodes (out of CPU time, or a crash in native code), not because of us.
_FAULT_OF_THE_IMAGE = {
    -signal.SIGXCPU,
    -signal.SIGSEGV,
    -signal.SIGABRT,
    -signal.SIGBUS,
    -signal.SIGFPE,
    -signal.SIGILL,
}


class WorkerDied(Exception):
    """The worker ended before it answered."""


class Decoder:
    """Up to `workers` processes, started when needed. Others wait."""

    def __init__(self, workers: int) -> None:
        self._free = asyncio.Semaphore(workers)
        self.idle: list[Process] = []
        self.busy: set[Process] = set()

    async def clean(self, image: bytes | bytearray, kind: str, max_pixels: int) -> Cleaned:
        """The image cleaned. Raises Invalid (unreadable_image, too_many_pixels, pdf), or Unavailable where the worker died."""
        return await self._work(image, {"kind": kind, "max_pixels": max_pixels})

    async def burn(self, reading: bytes, boxes: Sequence[Box], reach: int) -> list[Rendition]:
        """The renditions of one of our own JPEGs with the boxes black, grown by `reach`. Raises as `clean` does."""
        order = {"kind": "JPEG", "boxes": [astuple(box) for box in boxes], "reach": reach}
        return list((await self._work(reading, order)).renditions)

    async def _work(self, image: bytes | bytearray, order: Mapping[str, Any]) -> Cleaned:
        kind = order["kind"]
        async with self._free:
            process = await self._worker()
            self.busy.add(process)
            try:
                async with asyncio.timeout(PATIENCE):
                    cleaned = await _ask(process, image, order)
                self.idle.append(process)
            except TimeoutError:
                # It has not used up its CPU time: the machine is at fault, not the image.
                log.warning("decoding took too long", kind=kind, bytes=len(image))
                raise Unavailable from None
            except (WorkerDied, ConnectionError):
                status = await _status(process)
                log.warning("a decoder died", kind=kind, bytes=len(image), status=status)
                raise refused("unreadable_image") if status in _FAULT_OF_THE_IMAGE else Unavailable() from None
            finally:
                self.busy.discard(process)
                if process not in self.idle:
                    await _end(process)
        if isinstance(cleaned, str):
            raise refused(cleaned)
        return cleaned

    async def _worker(self) -> Process:
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None and _held(process.pid) <= _MOST_HELD:
                return process
            await _end(process)
        return await _start()

    async def warm_up(self) -> None:
        """Have a worker ready. Raises Unavailable."""
        if not self.pids():
            self.idle.append(await _start())

    def pids(self) -> set[int]:
        """The process ids of all workers."""
        return {process.pid for process in (*self.idle, *self.busy)}

    async def close(self) -> None:
        """End every worker."""
        for process in [*self.idle, *self.busy]:
            await _end(process)


@asynccontextmanager
async def open_decoder() -> AsyncIterator[Decoder]:
    """One worker for each core that we may use."""
    decoder = Decoder(len(os.sched_getaffinity(0)))
    try:
        yield decoder
    finally:
        await decoder.close()


def refused(code: str, *also: str) -> Invalid:
    """The image itself is at fault; `also` are further codes about it."""
    return Invalid([FieldError("image", each) for each in (code, *also)], code)


async def _start() -> Process:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.documents.worker",
            stdin=PIPE,
            stdout=PIPE,
            limit=1 << 20,
            # Few arenas: each would take 64 MiB of the address space that the worker is allowed.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "2"},
        )
    except OSError as error:
        log.warning("no decoder can be started", error=type(error).__name__)
        raise Unavailable from None
    try:
        async with asyncio.timeout(PATIENCE):
            assert process.stdout is not None
            why = json.loads(await process.stdout.readuntil(b"\n"))["unconfined"]
    except (TimeoutError, asyncio.IncompleteReadError, ValueError, KeyError) as error:
        log.warning("a decoder did not start", error=type(error).__name__)
        await _end(process)
        raise Unavailable from None
    except asyncio.CancelledError:
        await _end(process)
        raise
    if why:
        log.warning("the kernel does not confine the decoder", why=why)
    metrics.decoder_confined.set(not why)
    return process


async def _ask(process: Process, image: bytes | bytearray, order: Mapping[str, Any]) -> Cleaned | str:
    """The image cleaned, or the code of the refusal."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({**order, "bytes": len(image)}).encode() + b"\n")
    view = memoryview(image)
    for start in range(0, len(view), _SLICE):
        process.stdin.write(view[start : start + _SLICE])
        await process.stdin.drain()
    try:
        header = json.loads(await process.stdout.readuntil(b"\n"))
        if "refused" in header:
            return str(header["refused"]) if header["refused"] in _REFUSALS else "unreadable_image"
        sizes, noticed = zip(RENDITIONS, header["sizes"], strict=True), set(header["warnings"])
        renditions = [await _rendition(process.stdout, *each) for each in sizes]
        return Cleaned(tuple(renditions), tuple(code for code in WARNINGS if code in noticed), _reach(header))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, *_NO_ANSWER):
        raise WorkerDied from None


def _reach(header: Mapping[str, Any]) -> int:
    reach = int(header["reach"])
    if not 0 <= reach <= _FARTHEST:
        raise ValueError
    return reach


async def _rendition(answers: asyncio.StreamReader, name: str, sizes: list[int]) -> Rendition:
    width, height, length = (int(size) for size in sizes)
    if not (is_possible(width, height, name) and 0 < length <= _LARGEST_ANSWER):
        raise ValueError
    return Rendition(name, width, height, await answers.readexactly(length))


def _held(pid: int) -> int:
    """The most bytes of memory that a process has held, see proc_pid_status(5); 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


async def _status(process: Process) -> int | None:
    """How it ended by itself, or None where it hangs."""
    try:
        async with asyncio.timeout(2):
            return await process.wait()
    except TimeoutError:
        return None


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
