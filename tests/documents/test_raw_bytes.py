"""What the disks hold after a picture was destroyed: no key of it, in no file of the database and not where it lay."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from services.documents.use_cases import rotating
from tests.documents.conftest import House
from tests.documents.test_rotating import as_before_the_move, rotated
from tools.servers import Servers


@asynccontextmanager
async def administrator(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(servers.postgres_admin_url)
    try:
        yield conn
    finally:
        await conn.close()


async def files_with(house: House, servers: Servers, wanted: bytes) -> set[str]:
    """Where these bytes are: in the tables of documents' database, or in the log of the server, all of it on the disk."""
    async with house.vault.db.connection() as conn:
        oid = await conn.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
        await conn.execute("VACUUM documents")
    async with administrator(servers) as conn:
        await conn.execute("CHECKPOINT")
        data = Path(await conn.fetchval("SHOW data_directory"))
    folders = {"heap": data / "base" / str(oid), "log": data / "pg_wal"}
    return {
        name
        for name, folder in folders.items()
        for file in folder.rglob("*")
        if file.is_file() and wanted in file.read_bytes()
    }


@pytest.fixture
def own_server(servers: Servers) -> Servers:
    if not servers.ours_alone or servers.given.postgres_url:
        pytest.skip("the files of somebody else's server are not ours to read")
    return servers


async def test_the_key_of_a_destroyed_picture_is_on_no_disk(house: House, own_server: Servers) -> None:
    document = await house.stored()
    [row] = await house.rows("SELECT folder FROM documents")
    key = house.storage / row["folder"] / "key"
    wrapped = key.read_bytes().partition(b"\n")[2]
    # The place itself where the key lies, whatever becomes of its name.
    place = house.storage.with_name("place")
    place.hardlink_to(key)
    assert (await files_with(house, own_server, row["folder"].encode()), len(wrapped)) == ({"heap", "log"}, 60)
    assert await files_with(house, own_server, wrapped) == set()
    assert (await house.delete(document)).status == 204
    assert await files_with(house, own_server, wrapped) == set()
    left = place.read_bytes()
    assert (wrapped in left, len(left) >= 60, house.objects()) == (False, True, [])


async def test_a_key_that_was_once_in_the_database_is_worth_nothing_after_a_rotation(
    house: House, own_server: Servers
) -> None:
    document = await house.stored()
    await as_before_the_move(house, document)
    [row] = await house.rows("SELECT wrapped_key FROM documents")
    await rotating.move_keys(house.vault)
    # The log still has it, and would have it in every backup: what cannot be taken away must not open anything.
    assert "log" in await files_with(house, own_server, row["wrapped_key"])
    old = house.vault.keys.get("k1")
    rotated(house)
    await rotating.rotate(house.vault)
    assert await house.rows("SELECT DISTINCT key_name FROM documents") == [{"key_name": "k2"}]
    assert await files_with(house, own_server, old) == set()
