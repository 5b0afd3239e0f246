"""Keys that move: every document's key wrapped anew by the newest master key. The pictures themselves are not touched."""

from uuid import UUID

from cryptography.exceptions import InvalidTag

from chassis.database import Transaction
from services.documents import store
from services.documents.model import sealing
from services.documents.model.document import Document
from services.documents.model.sealing import KeyMissing, MasterKeys
from services.documents.objects import KEY, Missing
from services.documents.use_cases.vault import Vault

#: Few: whoever deletes one of them waits meanwhile.
BATCH = 20


async def rotate(vault: Vault) -> tuple[int, list[UUID]]:
    """How many keys were wrapped anew, and the documents whose key cannot be opened with the master keys we have.

    The master keys before the newest are retired first: what another process has sealed by one of them and not stored yet is
    refused. Works beside the running service, can be stopped anywhere and run again. Raises Unavailable.
    """
    keys, done, failed, last = vault.keys, 0, list[UUID](), UUID(int=0)
    async with vault.db.transaction() as tx:
        await store.retire(tx.conn, keys.by_name.keys() - {keys.newest}, vault.now())
    while True:
        async with vault.db.transaction() as tx:
            batch = await store.lock_to_rewrap(tx.conn, keys.newest, last, BATCH)
            for document in batch:
                if await _rewrap(vault, tx, keys, document):
                    done += 1
                else:
                    failed.append(document.id)
        if not batch:
            return done, failed
        last = batch[-1].id


async def move_keys(vault: Vault) -> bool:
    """Move keys that are still in the database to their images (ADR 0010). True if there may be more."""
    keys, last, moved = vault.keys, UUID(int=0), 0
    while True:
        async with vault.db.transaction() as tx:
            batch = await store.lock_to_move(tx.conn, last, BATCH)
            for document in batch:
                moved += await _rewrap(vault, tx, keys, document)
        if not batch:
            break
        last = batch[-1].id
    if moved:
        # What was in their rows may be written over from now on; until then, and in the log, a rotation makes it worthless.
        async with vault.db.connection() as conn:
            await conn.execute("VACUUM documents")
    return False


async def _rewrap(vault: Vault, tx: Transaction, keys: MasterKeys, document: Document) -> bool:
    """Whether the key, or nothing, is wrapped by an older master key now. The row is locked: nobody destroys it meanwhile."""
    kept = document.kept
    assert kept is not None
    try:
        if kept.wrapped_key is not None:
            key = sealing.unwrap(keys, kept.key_name, kept.wrapped_key, document.id)
        else:
            key = sealing.open_key(keys, await vault.storage.read(kept.folder, KEY), document.id)
    except (KeyMissing, InvalidTag):
        return False
    except Missing:
        # Destroyed by a deletion that was cut off: nothing is left to wrap.
        await store.rewrapped(tx.conn, document.id, keys.newest)
        return True
    # The object first: cut off here, it is found done the next time.
    await vault.storage.write_key(kept.folder, sealing.key_object(keys, key, document.id))
    await store.rewrapped(tx.conn, document.id, keys.newest)
    return True
