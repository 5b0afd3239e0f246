"""The virus scanner: off by default, and when it is on nothing is stored without its word."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chassis.errors import Invalid, Unavailable
from chassis.ids import new_id
from chassis.settings import SettingsError
from chassis.testing import recorded_events, started
from services.documents.app import SERVICE, clamd_address
from services.documents.scanner import scan
from tests.documents import pictures
from tests.documents.conftest import House, problem

INFECTED = b"X5O!P%@AP-EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


async def clamd(answers: asyncio.StreamReader, asking: asyncio.StreamWriter) -> None:
    """clamd as clamd(8) documents INSTREAM: pieces with their length before them, ended by one of no length."""
    assert await answers.readexactly(10) == b"zINSTREAM\0"
    stream = b""
    while length := int.from_bytes(await answers.readexactly(4), "big"):
        stream += await answers.readexactly(length)
    asking.write(b"stream: Eicar-Test-Signature FOUND\0" if INFECTED in stream else b"stream: OK\0")
    asking.close()


def saying(answer: bytes):  # type: ignore[no-untyped-def]
    """A scanner that always says this, and hangs up."""

    async def say(_answers: asyncio.StreamReader, asking: asyncio.StreamWriter) -> None:
        asking.write(answer)
        asking.close()

    return say


@asynccontextmanager
async def listening(talk=clamd) -> AsyncIterator[str]:  # type: ignore[no-untyped-def]
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def scanned(house: House, address: str) -> AsyncIterator[House]:
    """The same service, started with this scanner."""
    settings = dataclasses.replace(house.settings, clamd=address)
    async with started(SERVICE, settings, house.database_url, house.clock) as (vault, client):
        yield dataclasses.replace(house, vault=vault, client=client, settings=settings)


async def nothing_was_stored(house: House) -> bool:
    async with house.vault.db.connection() as conn:
        events = await recorded_events(conn)
    return (house.objects(), await house.rows("SELECT id FROM documents"), events) == ([], [], [])


async def test_a_clean_image_is_stored_and_an_infected_one_refused(house: House) -> None:
    async with listening() as address, scanned(house, address) as ours:
        answer = await ours.put(new_id(), pictures.jpeg(comment=INFECTED))
        assert await problem(answer) == (422, "infected")
        assert await nothing_was_stored(ours)
        assert (await ours.put(new_id(), pictures.jpeg())).status == 201


async def test_without_the_scanner_nothing_is_stored(house: House) -> None:
    async with listening() as address:
        pass
    async with scanned(house, address) as ours:
        answer = await ours.put(new_id(), pictures.jpeg())
        assert await problem(answer) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "5"
        assert await nothing_was_stored(ours)


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK", b"stream: OK\n\0", b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"x" * 9000]
)
async def test_anything_but_its_word_is_no_word(answer: bytes) -> None:
    async with listening(saying(answer)) as address:
        with pytest.raises(Unavailable):
            await scan(address, pictures.jpeg())


async def test_a_socket_in_a_folder_is_reached_too(tmp_path: Path) -> None:
    server = await asyncio.start_unix_server(clamd, tmp_path / "clamd")
    async with server:
        await scan(str(tmp_path / "clamd"), pictures.jpeg())
        with pytest.raises(Invalid) as caught:
            await scan(str(tmp_path / "clamd"), INFECTED * 5000)
    assert caught.value.code == "infected"


@pytest.mark.parametrize("address", ["", "/run/clamav/clamd.ctl", "127.0.0.1:3310", "clamav:3310", "[::1]:3310"])
def test_an_address_is_a_host_with_its_port_or_a_socket(address: str) -> None:
    assert clamd_address(address) == address


@pytest.mark.parametrize("address", ["clamav", "3310", ":3310", "clamav:", "clamav:x", "clamav:99999"])
def test_another_address_is_refused_at_start(address: str) -> None:
    with pytest.raises(SettingsError):
        clamd_address(address)
