"""Rotation: afterwards only the newest master key is needed, and what an older one wrapped is nowhere."""

import asyncio
import dataclasses
import os
import secrets
import signal
import sys
from pathlib import Path
from uuid import UUID

import pytest

from chassis.errors import Unavailable
from services.documents import store
from services.documents.model import sealing
from services.documents.model.sealing import MasterKeys
from services.documents.use_cases import reading, rotating
from services.documents.use_cases.storing import refuse_retired
from tests.documents import pictures
from tests.documents.conftest import ROOT, House, problem, write_keys
from tests.documents.test_reporting import environment


def rotated(house: House) -> dict[str, bytes]:
    """A new key beside the old ones, in the file that the running service reads."""
    keys = {**house.vault.keys.by_name, "k2": secrets.token_bytes(32)}
    write_keys(house.settings.master_keys, keys)
    return keys


def key_file(house: House, folder: str) -> Path:
    return house.storage / folder / "key"


async def test_after_a_rotation_the_old_master_key_can_go(house: House) -> None:
    documents = [await house.stored() for _ in range(3)]
    await house.delete(documents.pop())
    objects = house.objects()
    keys = rotated(house)
    assert await rotating.rotate(house.vault) == (2, [])
    assert await rotating.rotate(house.vault) == (0, [])
    assert house.objects() == objects
    assert await house.rows("SELECT DISTINCT key_name FROM documents WHERE deleted_at IS NULL") == [{"key_name": "k2"}]
    write_keys(house.settings.master_keys, {"k2": keys["k2"]})
    assert list(house.vault.keys.by_name) == ["k2"]
    for document in documents:
        assert (await house.get(document)).status == 200
        # The same picture is still known as the same.
        assert (await house.put(document, pictures.jpeg())).status == 201


#: The real command; it is killed where the third key is written beside its image and no row says so yet.
KILLED = """
import os, signal
from services.documents import __main__, store
from services.documents.use_cases import rotating
rewrapped, done = store.rewrapped, 0

async def dies(*arguments):
    global done
    done += 1
    if done == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    await rewrapped(*arguments)

store.rewrapped, rotating.BATCH = dies, 1
__main__.main(["rotate"])
"""


async def test_a_rotation_that_was_killed_leaves_all_readable_and_goes_on(house: House) -> None:
    documents = [await house.stored() for _ in range(4)]
    keys = rotated(house)
    environ = {"PATH": os.environ["PATH"], **environment(house, house.settings.master_keys)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, env=environ, cwd=ROOT)
    assert await process.wait() == -signal.SIGKILL
    rows = await house.rows("SELECT key_name FROM documents ORDER BY id")
    assert [row["key_name"] for row in rows] == ["k2", "k2", "k1", "k1"]
    assert [(await house.get(document)).status for document in documents] == [200] * 4
    assert await rotating.rotate(house.vault) == (2, [])
    write_keys(house.settings.master_keys, {"k2": keys["k2"]})
    assert [(await house.get(document)).status for document in documents] == [200] * 4


async def test_what_an_upload_sealed_before_the_rotation_is_not_stored_after_it(house: House) -> None:
    rotated(house)
    await rotating.rotate(house.vault)
    document = await house.stored()
    async with house.vault.db.connection() as conn:
        known = await store.find_document(conn, document)
    assert known is not None
    assert known.kept is not None
    sealed_before = dataclasses.replace(known, kept=dataclasses.replace(known.kept, key_name="k1"))
    with pytest.raises(Unavailable):
        async with house.vault.db.transaction() as tx:
            await refuse_retired(tx, sealed_before)
    async with house.vault.db.transaction() as tx:
        await refuse_retired(tx, known)


async def test_a_document_whose_master_key_is_missing_is_named_and_the_others_are_done(house: House) -> None:
    good, bad = await house.stored(), await house.stored()
    [row] = await house.rows(f"SELECT folder FROM documents WHERE id = '{bad}'")
    foreign = MasterKeys({"k0": secrets.token_bytes(32)})
    key_file(house, row["folder"]).write_bytes(sealing.key_object(foreign, sealing.new_key(), bad))
    rotated(house)
    assert await rotating.rotate(house.vault) == (1, [bad])
    rows = await house.rows("SELECT id, key_name FROM documents ORDER BY id")
    assert rows == [{"id": good, "key_name": "k2"}, {"id": bad, "key_name": "k1"}]
    assert await problem(await house.get(bad)) == (503, "cannot_be_opened")


async def test_a_deletion_that_was_cut_off_does_not_hold_up_a_rotation(house: House) -> None:
    document = await house.stored()
    [row] = await house.rows("SELECT folder FROM documents")
    key_file(house, row["folder"]).unlink()
    rotated(house)
    assert await rotating.rotate(house.vault) == (1, [])
    assert await house.rows("SELECT key_name FROM documents") == [{"key_name": "k2"}]
    assert await problem(await house.get(document)) == (404, "not_found")
    assert not key_file(house, row["folder"]).exists()


async def test_keys_that_are_still_in_the_database_are_moved_to_their_images(house: House) -> None:
    document = await house.stored()
    await as_before_the_move(house, document)
    assert (await house.get(document)).status == 200
    assert await rotating.move_keys(house.vault) is False
    [row] = await house.rows("SELECT folder, wrapped_key, key_name FROM documents")
    assert (row["wrapped_key"], row["key_name"]) == (None, "k1")
    assert key_file(house, row["folder"]).exists()
    assert (await house.get(document)).status == 200


async def as_before_the_move(house: House, document: UUID) -> None:
    """The key in the database and the images without padding, as they were stored before ADR 0010."""
    async with house.vault.db.connection() as conn:
        known = await store.find_document(conn, document)
    assert known is not None
    assert known.kept is not None
    key = await reading.key_of(house.vault, known)
    for rendition in ("reading", "screen", "thumbnail"):
        file = house.storage / known.kept.folder / rendition
        plain = sealing.unseal(key, file.read_bytes(), document, rendition)
        file.write_bytes(sealing._encrypt(key, plain, sealing._about(document, rendition)))
    key_file(house, known.kept.folder).unlink()
    wrapped = sealing.wrap(house.vault.keys, "k1", key, document)
    async with house.vault.db.transaction() as tx:
        await tx.conn.execute("UPDATE documents SET wrapped_key = $2 WHERE id = $1", document, wrapped)
