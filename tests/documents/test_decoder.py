"""The workers: limited, without secrets, expendable."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from chassis.errors import Invalid, Problem, Unavailable
from chassis.ids import new_id
from services.documents import worker
from services.documents.decoder import Decoder, open_decoder
from services.documents.model.document import Cleaned
from services.documents.model.kinds import JPEG, PNG
from tests.documents import pictures
from tests.documents.conftest import House, problem
from tests.documents.costs import spent

PIXELS = 50_000_000


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    async with open_decoder() as opened:
        yield opened


async def busy_worker(decoder: Decoder) -> int:
    """The process id of the worker that decodes, once it does."""
    async with asyncio.timeout(20):
        while True:
            for each in decoder.busy:
                if spent(each.pid) > 0.3:
                    return each.pid
            await asyncio.sleep(0.01)


def address_space(pid: int) -> int:
    """In bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def told(pid: int) -> set[str]:
    """The names of the process's environment."""
    lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {line.partition("=")[0] for line in lines if line}


def limits_of(pid: int) -> dict[str, list[str]]:
    """Soft and hard limits by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[:2] for line in lines}


@cache
def large() -> bytes:
    """A picture that takes a worker the better part of a second."""
    return pictures.jpeg(pictures.photo(6400, 4800), progressive=True)


async def test_a_killed_worker_is_answered_clearly_and_replaced(decoder: Decoder) -> None:
    cleaning = asyncio.create_task(decoder.clean(large(), JPEG, PIXELS))
    os.kill(await busy_worker(decoder), signal.SIGKILL)
    with pytest.raises(Unavailable):
        await cleaning
    assert len((await decoder.clean(pictures.jpeg(), JPEG, PIXELS)).renditions) == 3


@pytest.mark.parametrize("fault", [signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU])
async def test_an_image_that_breaks_its_decoder_is_unreadable(decoder: Decoder, fault: signal.Signals) -> None:
    cleaning = asyncio.create_task(decoder.clean(large(), JPEG, PIXELS))
    os.kill(await busy_worker(decoder), fault)
    with pytest.raises(Invalid) as caught:
        await cleaning
    assert caught.value.code == "unreadable_image"


async def test_a_worker_that_dies_takes_only_its_own_image_with_it(decoder: Decoder) -> None:
    images = [asyncio.create_task(decoder.clean(image, JPEG, PIXELS)) for image in [large(), *[pictures.jpeg()] * 8]]
    os.kill(await busy_worker(decoder), signal.SIGKILL)
    results = await asyncio.gather(*images, return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable, *[Cleaned] * 8]


async def test_a_worker_killed_while_idle_does_not_spoil_the_next_image_for_long(decoder: Decoder) -> None:
    await decoder.clean(pictures.jpeg(), JPEG, PIXELS)
    for pid in decoder.pids():
        os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(20):
        while True:
            try:
                assert len((await decoder.clean(pictures.jpeg(), JPEG, PIXELS)).renditions) == 3
                return
            except Unavailable:
                continue


async def test_a_worker_knows_no_secret_and_may_write_no_file(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUCHI_SECRET_KEY", "SECRETKEY")
    await decoder.clean(pictures.jpeg(), JPEG, PIXELS)
    [pid] = decoder.pids()
    assert told(pid) == {"PYTHONPATH", "MALLOC_ARENA_MAX"}
    limits = limits_of(pid)
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max open files"] == ["16", "16"]
    assert limits["Max data size"] == [str(worker.MEMORY)] * 2
    assert limits["Max address space"] == [str(worker.ADDRESSES)] * 2
    assert int(limits["Max cpu time"][0]) <= worker.CPU_SECONDS + 1


async def test_a_picture_beyond_the_memory_is_refused_and_the_worker_lives(decoder: Decoder) -> None:
    # Allowed by its pixels, if policy were so generous; not by the worker's memory.
    with pytest.raises(Invalid) as caught:
        await decoder.clean(await asyncio.to_thread(pictures.flood_png, 40_000, 40_000), PNG, 2_000_000_000)
    assert caught.value.code == "too_many_pixels"
    assert len((await decoder.clean(pictures.jpeg(), JPEG, PIXELS)).renditions) == 3


async def test_a_worker_without_memory_harms_nobody_else(house: House) -> None:
    assert (await house.put(new_id(), pictures.jpeg())).status == 201
    [pid] = house.vault.decoder.pids()
    # No more than it has now, as if the picture had taken all that it may.
    used = address_space(pid)
    resource.prlimit(pid, resource.RLIMIT_AS, (used, used))
    answer = await house.put(new_id(), large())
    assert await problem(answer) in ((422, "too_many_pixels"), (503, "unavailable"))
    assert len(await house.rows("SELECT id FROM documents")) == 1
    assert len(house.objects()) == 4
    with suppress(ProcessLookupError):
        # A machine that is short of memory ends it from outside, too.
        os.kill(pid, signal.SIGKILL)
    answers = [await house.put(new_id(), pictures.phone_jpeg()) for _ in range(2)]
    # The first may still meet the one that has just died.
    assert (answers[0].status in (201, 503), answers[1].status) == (True, 201)
    assert pid not in house.vault.decoder.pids()


async def test_the_loop_stays_free_while_images_are_decoded(decoder: Decoder) -> None:
    image = large()
    cleaning = asyncio.gather(*(decoder.clean(image, JPEG, PIXELS) for _ in range(3)))
    loop, lags = asyncio.get_running_loop(), []
    while not cleaning.done():
        before = loop.time()
        await asyncio.sleep(0.005)
        lags.append(loop.time() - before - 0.005)
    assert [len(each.renditions) for each in await cleaning] == [3, 3, 3]
    lags.sort()
    assert len(lags) > 50
    assert lags[len(lags) * 95 // 100] < 0.1


async def test_an_abandoned_image_leaves_no_process(decoder: Decoder) -> None:
    cleaning = asyncio.create_task(decoder.clean(large(), JPEG, PIXELS))
    pid = await busy_worker(decoder)
    cleaning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cleaning
    assert not lives(pid)
    assert decoder.pids() == set()


async def test_nothing_is_left_after_closing() -> None:
    async with open_decoder() as decoder:
        await asyncio.gather(*(decoder.clean(pictures.jpeg(), JPEG, PIXELS) for _ in range(4)))
        pids = decoder.pids()
        assert pids
    assert not [pid for pid in pids if lives(pid)]


_NO_ANSWERS = (
    *(b"{}", b"[]", b"null", b"not json", b'{"sizes": []}', b'{"sizes": [[1,1,-5],[1,1,1],[1,1,1]]}', b"[" * 100_000),
    *(b'{"sizes": [[%b,1,1],[1,1,1],[1,1,1]], "warnings": []}' % each for each in (b"Infinity", b"NaN", b"1e999")),
    *(b'{"sizes": [[1,1,1]], "warnings": [[]]}', b"\xff"),
)


async def test_an_answer_that_is_not_one_is_never_believed(decoder: Decoder) -> None:
    for header in _NO_ANSWERS:
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", b"echo '%b'; head -c 1 >/dev/null" % header, stdin=-1, stdout=-1
        )
        decoder.idle.append(process)
        with pytest.raises(Problem):
            await decoder.clean(pictures.jpeg(), JPEG, PIXELS)
        assert process.returncode is not None
