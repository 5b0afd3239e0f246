"""What a picture costs the worker: the most memory that a real one has held, and its CPU time."""

import os
from pathlib import Path

from chassis.errors import Invalid
from services.documents.decoder import Decoder, open_decoder

#: Bytes that a worker may hold at most, whatever comes; and for the photograph of a phone.
MOST, OF_A_PHONE = 330_000_000, 110_000_000


def resident(pid: int) -> int:
    """The most bytes of memory that the process has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def spent(pid: int) -> float:
    """CPU seconds of a process, children excluded."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def cost_of(image: bytes, kind: str, max_pixels: int = 200_000_000) -> tuple[str, int]:
    """What became of it ("stored", or the code of the refusal), and the peak of a worker that did nothing else, in bytes."""
    async with open_decoder() as decoder:
        what = await outcome(decoder, image, kind, max_pixels)
        return what, max(resident(pid) for pid in decoder.pids())


async def outcome(decoder: Decoder, image: bytes, kind: str, max_pixels: int = 200_000_000) -> str:
    """ "stored", or the code of the refusal."""
    try:
        await decoder.clean(image, kind, max_pixels)
    except Invalid as refusal:
        return refusal.code
    return "stored"
