"""The same on a local folder and on an S3-compatible storage: whole or not at all, and nothing is left behind."""

import errno
import io
import os
import resource
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from chassis.errors import Unavailable
from chassis.ids import new_id
from services.documents.objects import Missing, Objects
from services.documents.use_cases import forgetting
from tests.documents import pictures
from tests.documents.conftest import House

SEALED = {"key": b"k", "reading": b"r" * 1000, "screen": b"s", "thumbnail": b"t"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3-compatible server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "folder":
        return tmp_path.as_uri()
    address = request.getfixturevalue("s3")
    for name, value in {
        "ENDPOINT": address,
        "ALLOW_HTTP": "true",
        "ACCESS_KEY_ID": "test",
        "SECRET_ACCESS_KEY": "test",
        "REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    bucket = f"docs-{new_id()}"
    urllib.request.urlopen(urllib.request.Request(f"{address}/{bucket}", method="PUT")).close()  # noqa: S310
    return f"s3://{bucket}/"


async def folders(storage: Objects) -> set[str]:
    later = datetime.now(UTC) + timedelta(hours=1)
    return {folder async for page in storage.folders_before(later) for folder in page}


async def test_what_is_written_is_read_removed_and_then_missing(url: str) -> None:
    storage = Objects(url)
    assert await storage.check() == ""
    folder, other = await storage.write(SEALED), await storage.write(SEALED)
    assert {name: await storage.read(folder, name) for name in SEALED} == SEALED
    assert await folders(storage) == {folder, other}
    for _ in range(2):
        await storage.remove(folder)
    with pytest.raises(Missing):
        await storage.read(folder, "reading")
    assert await folders(storage) == {other}
    assert {
        folder async for page in storage.folders_before(datetime(2026, 1, 1, tzinfo=UTC)) for folder in page
    } == set()


@pytest.fixture
async def moved(house: House, url: str) -> AsyncIterator[House]:
    """The house, whose documents lie in this storage."""
    before = house.vault.storage
    object.__setattr__(house.vault, "storage", Objects(url))
    yield house
    object.__setattr__(house.vault, "storage", before)


async def test_a_documents_whole_life(moved: House) -> None:
    house, storage = moved, moved.vault.storage
    document, orphan = await house.stored(), await storage.write(SEALED)
    [before] = await house.rows("SELECT folder FROM documents")
    assert (await house.mask(document, (0, 0, 0.5, 0.5))).status == 200
    [after] = await house.rows("SELECT folder FROM documents")
    assert (await house.get(document)).status == 200
    assert await folders(storage) == {after["folder"], orphan}
    assert before != after
    house.clock.time = datetime.now(UTC) + timedelta(minutes=61)
    await forgetting.sweep(house.vault)
    assert await folders(storage) == {after["folder"]}
    assert (await house.delete(document)).status == 204
    assert await folders(storage) == set()


async def test_a_storage_that_is_away_is_said_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ENDPOINT": "http://127.0.0.1:1", "ALLOW_HTTP": "true", "ACCESS_KEY_ID": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    storage = Objects("s3://nowhere/")
    with pytest.raises(Unavailable):
        await storage.write(SEALED)
    assert await storage.check() == "away"


async def test_a_full_disk_refuses_the_upload_and_keeps_nothing_of_it(house: House) -> None:
    document = new_id()
    picture = pictures.jpeg(pictures.photo(2000, 1500))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may grow beyond this, as if the disk ended there; the test's own output stays below it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        answer = await house.put(document, io.BytesIO(picture))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer.status == 503
    assert (await house.rows("SELECT * FROM documents"), house.objects()) == ([], [])
    assert (await house.put(document, picture)).status == 201


async def test_what_is_acknowledged_is_on_the_disk_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        settled.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr("services.documents.objects.os.fsync", noted)
    await house.stored()
    [row] = await house.rows("SELECT folder FROM documents")
    folder = f"{house.storage}/{row['folder']}"
    assert sorted(settled[:4]) == [f"{folder}/{name}" for name in ("key", "reading", "screen", "thumbnail")]
    assert settled[4:] == [folder, str(house.storage)]


async def test_a_disk_that_cannot_keep_it_refuses_the_upload(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr("services.documents.objects.os.fsync", broken)
    assert (await house.put(new_id(), pictures.jpeg())).status == 503
    assert (await house.rows("SELECT * FROM documents"), house.objects()) == ([], [])
