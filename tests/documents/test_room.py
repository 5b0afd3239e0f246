"""Uploads in memory: as many as there is room for; the others are asked to come again, and nothing of them is kept."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.errors import Unavailable
from chassis.ids import new_id
from services.documents.use_cases.room import FOR_UPLOADS, Room
from tests.documents import pictures
from tests.documents.conftest import House, problem


def test_what_was_taken_is_given_back_however_it_ends() -> None:
    room = Room(100)
    with room.share("one") as first:
        first.take(60)
        with room.share("other") as second:
            second.take(40)
            with pytest.raises(Unavailable):
                second.take(1)
        assert room.free == 40
    assert room.free == 100


def test_no_application_takes_the_room_of_the_others() -> None:
    room = Room(100, of_one=50)
    with room.share("one") as first, room.share("one") as second, room.share("other") as other:
        first.take(30)
        with pytest.raises(Unavailable):
            second.take(21)
        second.take(20)
        other.take(50)
    assert (room.free, room.taken) == (100, {})


async def test_who_comes_when_there_is_no_room_is_asked_to_come_again(house: House) -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()
    image = pictures.jpeg()
    house.vault.room.free = len(image) + 1000

    async def slowly() -> AsyncIterator[bytes]:
        yield image[:2000]
        arrived.set()
        await let_go.wait()
        yield image[2000:]

    document = new_id()
    first = asyncio.create_task(house.put(document, slowly()))
    await arrived.wait()
    async with asyncio.timeout(20):
        while True:
            if house.vault.room.free < len(image):
                break
            await asyncio.sleep(0.01)
    answer = await house.put(new_id(), image)
    assert answer.headers["Retry-After"] == "3"
    assert await problem(answer) == (503, "busy")
    assert (await house.rows("SELECT id FROM documents"), house.objects()) == ([], [])
    let_go.set()
    assert (await first).status == 201
    assert (await house.put(new_id(), image)).status == 201
    assert house.vault.room.free == len(image) + 1000


async def test_many_at_once_leave_the_room_as_it_was(house: House) -> None:
    answers = await asyncio.gather(*(house.put(new_id(), pictures.jpeg()) for _ in range(8)))
    assert [answer.status for answer in answers] == [201] * 8
    assert house.vault.room.free == FOR_UPLOADS
