"""One person's slow photographs take nobody else's room."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from services.intake.model.applications import Application
from services.intake.use_cases.at_once import OF_ADDRESS, OF_APPLICATION
from tests.intake.conftest import House

QUERY = "type=driving_licence&side=front&shows_current_address=true"
#: Addresses that the policy does not exempt.
HERE, THERE = "192.0.2.1", "192.0.2.2"


async def slowly(go_on: asyncio.Event) -> AsyncIterator[bytes]:
    yield b"half"
    await go_on.wait()
    yield b"the rest"


class Sender:
    """Sends photographs that do not end before `go_on`."""

    def __init__(self, house: House) -> None:
        self.house, self.go_on = house, asyncio.Event()
        self.under_way: list[asyncio.Future[int]] = []

    async def applicant(self, number: int = 0) -> tuple[UUID, str]:
        application: Application = await self.house.receive(email=f"hana{number}@example.jp")
        proof = await self.house.proof(application)
        return application.id, await self.house.sign_in(application, proof, f"hana{number}@example.jp")

    async def send(self, who: tuple[UUID, str], address: str) -> int:
        headers = {"Authorization": f"Bearer {who[1]}", "X-Forwarded-For": address}
        path = f"/api/v1/applications/{who[0]}/documents?{QUERY}"
        async with self.house.client.post(path, data=slowly(self.go_on), headers=headers) as answer:
            return answer.status

    async def begin(self, who: tuple[UUID, str], address: str) -> None:
        before = self.house.intake.uploading.total()
        self.under_way.append(asyncio.ensure_future(self.send(who, address)))
        async with asyncio.timeout(20):
            while self.house.intake.uploading.total() == before:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)

    async def end(self) -> list[int]:
        self.go_on.set()
        return await asyncio.gather(*self.under_way)


async def test_an_application_has_so_many_photographs_under_way_and_no_more(house: House) -> None:
    sender = Sender(house)
    who, other = await sender.applicant(), await sender.applicant(1)
    for _ in range(OF_APPLICATION):
        await sender.begin(who, "127.0.0.1")
    assert await sender.send(who, "127.0.0.1") == 429
    await sender.begin(other, "127.0.0.1")
    assert 201 in await sender.end()
    assert not house.intake.uploading


async def test_a_caller_has_so_many_under_way_for_whomever_and_another_caller_does_not_wait(house: House) -> None:
    sender = Sender(house)
    people = [await sender.applicant(number) for number in range(OF_ADDRESS + 2)]
    for who in people[:OF_ADDRESS]:
        await sender.begin(who, HERE)
    assert await sender.send(people[-1], HERE) == 429
    await sender.begin(people[-1], THERE)
    assert await sender.end() == [201] * (OF_ADDRESS + 1)
    assert not house.intake.uploading
