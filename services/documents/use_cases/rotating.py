"""Rotation: every document's key wrapped anew by the newest master key. The pictures themselves are not touched."""

from uuid import UUID

from cryptography.exceptions import InvalidTag

from services.documents import store
from services.documents.model import sealing
from services.documents.model.sealing import KeyMissing
from services.documents.use_cases.vault import Vault

BATCH = 200


async def rotate(vault: Vault) -> tuple[int, list[UUID]]:
    """How many keys were wrapped anew, and the documents whose key cannot be opened with the master keys we have.

    Works beside the running service, can be stopped anywhere and run again.
    """
    newest, done, failed, last = vault.keys.newest, 0, list[UUID](), UUID(int=0)
    while True:
        async with vault.db.transaction() as tx:
            batch = await store.lock_keys(tx.conn, newest, last, BATCH)
            for id_, wrapped, name in batch:
                try:
                    key = sealing.unwrap(vault.keys, name, wrapped, id_)
                except (KeyMissing, InvalidTag):
                    failed.append(id_)
                    continue
                await store.rewrap(tx.conn, id_, sealing.wrap(vault.keys, newest, key, id_), newest)
        done += len(batch)
        if not batch:
            return done - len(failed), failed
        last = batch[-1][0]
