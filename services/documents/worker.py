"""The process in which images are decoded: it knows no secret, may do nothing but compute, and dies alone.

First it says in one line how it is confined. Then one line of JSON and the image come in, one line of JSON and the
renditions go out, until the input ends.
Started by `decoder.py` with an empty environment.
"""

import codecs
import importlib
import json
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from PIL import Image

from services.documents import sandbox
from services.documents.model.document import Cleaned
from services.documents.model.images import NotOnePicture, TooManyPixels, Unreadable, clean
from services.documents.model.masking import Box, burn

#: Bytes that may be written to, whatever a file's inner headers say: with what is read of programs, some 20 MB, 330 MB are
#: held at most. What budget.py lets through needs less (tests/documents/test_budget.py). Linux 4.7 counts so.
MEMORY = 310_000_000
#: Bytes of addresses, of which a C library reserves more than it uses.
ADDRESSES = 640_000_000
#: CPU seconds for one image: the largest that are taken need two.
CPU_SECONDS = 6


def main() -> None:
    """Serve until the input ends."""
    # Ctrl-C reaches the whole group; the service decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _only_answers_on_stdout()
    _limit()
    _load_everything()
    answers.write(json.dumps({"unconfined": sandbox.enter()}).encode() + b"\n")
    answers.flush()
    while line := sys.stdin.buffer.readline():
        order = json.loads(line)
        image = sys.stdin.buffer.read(order["bytes"])
        if len(image) < order["bytes"]:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))
        header, cleaned = _answer(image, order)
        answers.write(json.dumps(header).encode() + b"\n")
        for rendition in cleaned.renditions:
            answers.write(rendition.jpeg)
        answers.flush()


def _answer(image: bytes, order: dict[str, Any]) -> tuple[dict[str, Any], Cleaned]:
    try:
        if "boxes" in order:
            cleaned = Cleaned(tuple(burn(image, [Box(*box) for box in order["boxes"]], order["reach"])), ())
        else:
            cleaned = clean(image, order["kind"], order["max_pixels"])
    except (TooManyPixels, MemoryError):
        return {"refused": "too_many_pixels"}, Cleaned((), ())
    except NotOnePicture:
        return {"refused": "pdf"}, Cleaned((), ())
    except Unreadable:
        return {"refused": "unreadable_image"}, Cleaned((), ())
    sizes = [[each.width, each.height, len(each.jpeg)] for each in cleaned.renditions]
    return {"sizes": sizes, "warnings": cleaned.warnings, "reach": cleaned.reach}, cleaned


def _only_answers_on_stdout() -> BinaryIO:
    """The way back to the service; what a library prints goes to stderr instead."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _load_everything() -> None:
    """What Python and Pillow would else look for when an image first needs it: then no file can be opened any more."""
    Image.preinit()
    for plugin in ("Avif", "Mpo", "Tiff", "WebP"):
        importlib.import_module(f"PIL.{plugin}ImagePlugin")
    for encoding in ("ascii", "latin-1", "cp1252", "utf-16", "utf-16-be", "utf-16-le"):
        codecs.lookup(encoding)


def _limit() -> None:
    for limit, value in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_AS, ADDRESSES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main()
