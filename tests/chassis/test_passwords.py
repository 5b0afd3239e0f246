"""Hashing takes memory and a core: so many at once, a queue with an end, and everything else goes on meanwhile."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from chassis import passwords
from chassis.errors import Unavailable
from chassis.passwords import PasswordHashing


@pytest.fixture
async def hashing() -> AsyncIterator[PasswordHashing]:
    pool = PasswordHashing()
    yield pool
    pool.close()


class HeldUp:
    """Every thread of the pool waits until it is let go."""

    def __init__(self) -> None:
        self._go, self._busy = threading.Event(), threading.Semaphore(0)

    def wait(self) -> str:
        self._busy.release()
        self._go.wait(60)
        return "done"

    async def hold(self, hashing: PasswordHashing) -> list["asyncio.Task[str]"]:
        tasks = [asyncio.create_task(hashing._run(self.wait)) for _ in range(passwords._CORES)]
        for _ in tasks:
            await asyncio.to_thread(self._busy.acquire, timeout=30)
        return tasks

    def let_go(self) -> None:
        self._go.set()


async def test_a_hash_is_of_its_password_alone_and_nobody_has_none(hashing: PasswordHashing) -> None:
    stored = await hashing.hash("kuromame42")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hashing.verify(stored, "kuromame42")
    assert not await hashing.verify(stored, "kuromame43")
    assert not await hashing.verify(None, "kuromame42")
    assert not await hashing.verify("no hash", "kuromame42")


async def test_beyond_the_queue_one_is_told_to_come_back(hashing: PasswordHashing) -> None:
    held = HeldUp()
    running = await held.hold(hashing)
    waiting = [asyncio.create_task(hashing.hash(f"kuromame{n}")) for n in range(passwords._WAITING - len(running))]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await hashing.hash("kuromame42")
    assert (refused.value.code, refused.value.headers) == ("busy", {"Retry-After": "5"})
    for task in waiting[1:]:
        task.cancel()
    held.let_go()
    assert await asyncio.gather(*running) == ["done"] * len(running)
    assert (await waiting[0]).startswith("$argon2id$")
    assert await hashing.verify(await hashing.hash("kuromame42"), "kuromame42")


async def test_who_gives_up_while_waiting_frees_the_place_and_is_never_hashed(hashing: PasswordHashing) -> None:
    held = HeldUp()
    running = await held.hold(hashing)
    called: list[str] = []

    def note() -> str:
        called.append("hashed")
        return "hashed"

    waiting = [asyncio.create_task(hashing._run(note)) for _ in range(passwords._WAITING - len(running))]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait([waiting[0]])
    another = asyncio.create_task(hashing._run(note))
    await asyncio.sleep(0)
    for task in waiting[1:]:
        task.cancel()
    await asyncio.wait(waiting)
    held.let_go()
    assert await another == "hashed"
    await asyncio.gather(*running)
    assert called == ["hashed"]


async def test_nobody_waits_longer_than_people_do(hashing: PasswordHashing, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldUp()
    running = await held.hold(hashing)
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    with pytest.raises(Unavailable) as refused:
        await hashing.hash("kuromame42")
    assert (refused.value.code, refused.value.headers) == ("busy", {"Retry-After": "5"})
    held.let_go()
    assert await asyncio.gather(*running) == ["done"] * len(running)
