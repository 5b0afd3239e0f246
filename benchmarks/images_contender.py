"""A child process that makes one image ready again and again, in one of three ways, and says what it cost.

python -m benchmarks.images_contender ours|naive|libvips KIND FILE     one line of JSON for every line of input

`ours` is the whole cleaning: checks, three renditions, warnings. `naive` is what everybody writes first: open, transpose,
LANCZOS to 2016 px, one JPEG. `libvips` makes our three renditions with thumbnail_buffer.
"""

import importlib
import io
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

LONG_SIDE, QUALITY = 2016, 85


def naive(image: bytes) -> Callable[[], object]:
    importlib.import_module("pillow_heif").register_heif_opener(thumbnails=False, decode_threads=1)
    Image.MAX_IMAGE_PIXELS = None

    def work() -> bytes:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(image)))
        scale = LONG_SIDE / max(picture.size)
        size = (round(picture.width * scale), round(picture.height * scale))
        stream = io.BytesIO()
        picture.resize(size, Image.Resampling.LANCZOS).save(stream, "JPEG", quality=QUALITY)
        return stream.getvalue()

    return work


def libvips(image: bytes) -> Callable[[], object]:
    pyvips = importlib.import_module("pyvips")

    def work() -> list[bytes]:
        picture = pyvips.Image.thumbnail_buffer(image, LONG_SIDE, height=LONG_SIDE, size="down").copy_memory()
        made = [picture.jpegsave_buffer(Q=QUALITY, keep="none")]
        for long_side in (1024, 342):
            picture = picture.thumbnail_image(long_side, height=long_side, size="down").copy_memory()
            made.append(picture.jpegsave_buffer(Q=QUALITY, keep="none"))
        return made

    return work


def ours(image: bytes, kind: str) -> Callable[[], object]:
    clean = importlib.import_module("services.documents.model.images").clean
    return lambda: clean(image, kind, 200_000_000)


def peak() -> float:
    """The most memory that this process has held since it was last forgotten, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024 / 1e6


def main(way: str, kind: str, file: str) -> None:
    image = Path(file).read_bytes()
    work = ours(image, kind) if way == "ours" else {"naive": naive, "libvips": libvips}[way](image)
    for _ in sys.stdin:
        # "5" forgets the peak, see proc(5).
        Path("/proc/self/clear_refs").write_text("5")
        began, cpu = time.perf_counter(), time.process_time()
        work()
        took = time.perf_counter() - began
        print(json.dumps({"seconds": took, "cpu": time.process_time() - cpu, "megabytes": peak()}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
