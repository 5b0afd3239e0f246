"""Rotation: afterwards only the newest master key is needed."""

import dataclasses
import secrets

from services.documents.model.sealing import MasterKeys
from services.documents.use_cases import rotating
from tests.documents import pictures
from tests.documents.conftest import House


async def test_after_a_rotation_the_old_master_key_can_go(house: House) -> None:
    documents = [await house.stored() for _ in range(3)]
    await house.delete(documents.pop())
    objects = house.objects()
    old, new = house.vault.keys.by_name, {"k2": secrets.token_bytes(32)}
    both = dataclasses.replace(house.vault, keys=MasterKeys({**old, **new}))
    assert await rotating.rotate(both) == (2, [])
    assert await rotating.rotate(both) == (0, [])
    assert house.objects() == objects
    assert await house.rows("SELECT DISTINCT key_name FROM documents WHERE deleted_at IS NULL") == [{"key_name": "k2"}]
    house.vault.keys.by_name.clear()  # type: ignore[attr-defined]
    house.vault.keys.by_name.update(new)  # type: ignore[attr-defined]
    for document in documents:
        assert (await house.get(document)).status == 200
        # The same picture is still known as the same.
        assert (await house.put(document, pictures.jpeg())).status == 201


async def test_a_document_whose_master_key_is_missing_is_named_and_the_others_are_done(house: House) -> None:
    good, bad = await house.stored(), await house.stored()
    async with house.vault.db.transaction() as tx:
        await tx.conn.execute("UPDATE documents SET key_name = 'k0' WHERE id = $1", bad)
    keys = MasterKeys({**house.vault.keys.by_name, "k2": secrets.token_bytes(32)})
    assert await rotating.rotate(dataclasses.replace(house.vault, keys=keys)) == (1, [bad])
    rows = await house.rows("SELECT id, key_name FROM documents ORDER BY id")
    assert rows == [{"id": good, "key_name": "k2"}, {"id": bad, "key_name": "k0"}]
