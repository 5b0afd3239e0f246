"""Damage every file of the corpus at random and let the workers clean it, for as long as asked.

python -m tests.documents.fuzz [SECONDS] [SEED]     60 seconds and a new seed, which is printed; exits with 1 on a finding

Right is a picture, or a refusal. A finding is a worker that died, hung or ran out of its limits, any other error, a
rendition with more than pixels, or a worker that holds more memory than it may. What did it is kept under var/fuzz.
"""

import asyncio
import hashlib
import random
import secrets
import sys
import time
from pathlib import Path

from chassis.errors import Invalid
from services.documents.decoder import Decoder, open_decoder
from services.documents.model.kinds import HEAD_BYTES, kind_of
from tests.documents.corpus import corpus
from tests.documents.costs import MOST, resident
from tests.documents.test_images import markers

FOUND = Path("var/fuzz")
PIXELS = 200_000_000


def damaged(image: bytes, chance: random.Random) -> bytes:
    """Some of: bits flipped, a piece cut out, doubled, zeroed or moved, a number made extreme."""
    result = bytearray(image)
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(result)), chance.choice((1, 2, 4, 16, 200))
        piece = result[at : at + length]
        match chance.randrange(5):
            case 0:
                result[at] ^= 1 << chance.randrange(8)
            case 1:
                result[at : at + length] = bytes(len(piece))
            case 2:
                result[at : at + length] = b"\xff" * len(piece)
            case 3:
                result[at:at] = piece
            case _:
                result[at : at + length] = chance.randbytes(len(piece))
    return bytes(result)


async def finding(decoder: Decoder, image: bytes, kind: str) -> str:
    """What went wrong, or nothing."""
    before = decoder.pids()
    try:
        cleaned = await decoder.clean(image, kind, PIXELS)
    except Invalid:
        # A worker that its image killed is an answer too, but one to look at.
        return "a worker died" if before - decoder.pids() else ""
    except Exception as error:
        return repr(error)
    if any(markers(each.jpeg) != {0xE0, 0xDB, 0xC0, 0xC4} for each in cleaned.renditions):
        return "more than pixels"
    held = max((resident(pid) for pid in decoder.pids()), default=0)
    return f"{held} bytes held" if held > MOST else ""


def keep(image: bytes) -> Path:
    """Write down what did it."""
    FOUND.mkdir(parents=True, exist_ok=True)
    file = FOUND / hashlib.sha256(image).hexdigest()[:16]
    file.write_bytes(image)
    return file


async def main(seconds: float, seed: int) -> int:
    print(f"seed {seed}, {seconds:.0f} seconds", flush=True)
    chance, sources = random.Random(seed), [image for _, image, _ in corpus() if kind_of(image[:HEAD_BYTES])]
    ends, count, found = time.monotonic() + seconds, 0, 0
    async with open_decoder() as decoder:
        while time.monotonic() < ends:
            image = damaged(chance.choice(sources), chance)
            kind = kind_of(image[:HEAD_BYTES])
            if kind is None:
                continue
            count += 1
            if what := await finding(decoder, image, kind):
                found += 1
                print(f"{what}: {keep(image)}", flush=True)
    print(f"{count} files, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    how_long = float(given[0]) if given else 60.0
    sys.exit(asyncio.run(main(how_long, int(given[1]) if given[1:] else secrets.randbits(32))))
