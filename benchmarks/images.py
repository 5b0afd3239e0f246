"""The cleaning of one image beside naive Pillow and libvips: time, CPU and memory, taken in turns.

Each way has a process of its own that stays: what is measured is the image, not the start of Python.
"""

import asyncio
import io
import json
import random
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw, ImageFont

from benchmarks.runner import Row, Runner, short

Taken = dict[str, list[float]]
WAYS = ("ours", "naive", "libvips")


def photo(width: int, height: int) -> Image.Image:
    """A printed card on a table, with a sensor's noise: neither easier nor harder to decode than a phone's photo."""
    text, font = random.Random(1), ImageFont.load_default(36)
    card = Image.new("RGB", (1600, 1000), (225, 232, 240))
    draw = ImageDraw.Draw(card)
    for y in range(40, 940, 50):
        draw.text((60, y), "".join(chr(text.randint(65, 120)) for _ in range(40)), fill=(20, 20, 20), font=font)
    draw.rectangle((1150, 300, 1500, 800), fill=(180, 140, 120))
    table = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    long = int(width * 0.8)
    table.paste(card.resize((long, long * 5 // 8), Image.Resampling.BICUBIC), (width // 10, height // 10))
    noise = Image.effect_noise((width, height), 18)
    return Image.blend(table, Image.merge("RGB", (noise,) * 3), 0.12)


def jpeg(width: int, height: int) -> bytes:
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    photo(width, height).save(stream, "JPEG", quality=92, exif=exif)
    return stream.getvalue()


def heic() -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(photo(4032, 3024)).save(stream, quality=80)
    return stream.getvalue()


def png() -> bytes:
    stream = io.BytesIO()
    photo(2048, 1536).save(stream, "PNG")
    return stream.getvalue()


async def measure_12mp(runner: Runner) -> Row:
    return await _measure(runner, "image_12mp", "JPEG", lambda: jpeg(4032, 3024))


async def measure_24mp(runner: Runner) -> Row:
    return await _measure(runner, "image_24mp", "JPEG", lambda: jpeg(5712, 4284))


async def measure_48mp(runner: Runner) -> Row:
    return await _measure(runner, "image_48mp", "JPEG", lambda: jpeg(8064, 6048))


async def measure_heic(runner: Runner) -> Row:
    # The wheel of libvips has no decoder for HEVC.
    return await _measure(runner, "image_heic", "HEIF", heic, ("ours", "naive"))


async def measure_png(runner: Runner) -> Row:
    return await _measure(runner, "image_png", "PNG", png)


async def _measure(
    runner: Runner, name: str, kind: str, make: Callable[[], bytes], ways: tuple[str, ...] = WAYS
) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "image")
        await asyncio.to_thread(lambda: file.write_bytes(make()))
        async with AsyncExitStack() as processes:
            running = {way: await processes.enter_async_context(_contender(way, kind, file)) for way in ways}
            taken: dict[str, Taken] = {way: {"seconds": [], "cpu": [], "megabytes": []} for way in ways}
            for process in running.values():
                await _once(process)
            for turn in range(runner.pairs):
                for way in ways if turn % 2 == 0 else reversed(ways):
                    for what, value in (await _once(running[way])).items():
                        taken[way][what].append(value)
    return _row(name, taken)


def _row(name: str, taken: dict[str, Taken]) -> Row:
    median = statistics.median
    ours, bare = taken["ours"]["seconds"], taken["naive"]["seconds"]
    notes = ["ratio: our time over naive Pillow's (ceiling), less is better; medians of time, CPU, peak of the process"]
    for way, each in taken.items():
        ms, cpu = (short(1000 * median(each[what])) for what in ("seconds", "cpu"))
        ratio = median([one / naive for one, naive in zip(each["seconds"], bare, strict=True)])
        notes.append(f"{way}: {ms} ms, CPU {cpu} ms, {short(median(each['megabytes']))} MB, ratio {short(ratio)}")
    ratio = median([one / naive for one, naive in zip(ours, bare, strict=True)])
    return Row(name, 1000 * median(ours), "ms", 1000 * median(bare), ratio, notes)


@asynccontextmanager
async def _contender(way: str, kind: str, file: Path) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.images_contender", way, kind, str(file), stdin=PIPE, stdout=PIPE
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _once(process: Process) -> dict[str, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    answer: dict[str, float] = json.loads(await process.stdout.readline())
    return answer
