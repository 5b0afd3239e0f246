"""Forgetting: on demand, on time, and what a crash left behind. The key goes first, then the objects."""

from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import today
from chassis.database import Transaction
from chassis.errors import NotFound
from chassis.service_tokens import Grant
from services.documents import events, store
from services.documents.model.document import Document
from services.documents.model.retention import ERASED, Standing, delete_on, joined, unfinished_before
from services.documents.use_cases.vault import Vault

#: No upload takes nearly as long; what is older and belongs to nothing was left by a crash.
ORPHAN_AGE = timedelta(hours=1)
BATCH = 100
#: Why staff destroy an image at once, and how the same file is refused from then on.
INDIVIDUAL_NUMBER, REFUSED_AS = "individual_number", "individual_number_visible"


async def delete_document(vault: Vault, grant: Grant, why: str) -> None:
    """Destroy the document; one that is gone already stays gone.

    Raises NotFound (also for another application's), or Unavailable: it is to be asked for again.
    """
    async with vault.db.transaction() as tx:
        document = await store.lock_document(tx.conn, grant.resource)
        if document is None or document.application != grant.owner:
            raise NotFound
        if document.kept is None:
            return
        if why == INDIVIDUAL_NUMBER and document.kept.mark:
            # What must not be kept is not taken again either.
            await store.remember_refusal(tx.conn, document.application, document.kept.mark, REFUSED_AS, vault.now())
        await _forget(vault, tx, document, why, grant.actor)
    await vault.storage.remove(document.kept.folder)


async def hear_of_application(vault: Vault, tx: Transaction, application: UUID, heard: Standing) -> None:
    """Set the clock of the application's images by what is now known of it, in whatever order it was heard."""
    if await store.make_application(tx.conn, application, heard, delete_on(vault.policy, heard)):
        return
    known = await store.lock_application(tx.conn, application)
    standing = joined(known, heard)
    if standing != known:
        await store.set_application(tx.conn, application, standing, delete_on(vault.policy, standing))


async def erase_application(vault: Vault, tx: Transaction, application: UUID, at: datetime) -> None:
    """Destroy all that is left of the application's images, now and whatever is still to come of it."""
    await hear_of_application(vault, tx, application, Standing(0, ERASED, at))
    await store.forget_refusals(tx.conn, application)
    tx.after_commit(vault.erased.beat)


async def delete_due(vault: Vault) -> bool:
    """Destroy documents whose day has come. True if there may be more."""
    folders = []
    day = today(vault.now, vault.zone)
    async with vault.db.transaction() as tx:
        due = await store.due_documents(tx.conn, day, unfinished_before(vault.policy, day), BATCH)
        for id_, why in due:
            document = await store.lock_document(tx.conn, id_)
            assert document is not None
            assert document.kept is not None
            folders.append(document.kept.folder)
            await _forget(vault, tx, document, why, None)
    for folder in folders:
        await vault.storage.remove(folder)
    return len(due) == BATCH


async def sweep(vault: Vault) -> bool:
    """Remove objects that belong to no document: an upload or a deletion was cut off."""
    before = vault.now() - ORPHAN_AGE
    async for folders in vault.storage.folders_before(before):
        async with vault.db.connection() as conn:
            orphans = folders - await store.living_folders(conn, folders)
        for folder in orphans:
            await vault.storage.remove(folder)
    await vault.storage.remove_unfinished(before)
    return False


async def _forget(vault: Vault, tx: Transaction, document: Document, why: str, actor: str | None) -> None:
    """Destroy the key, and only then say so. Raises Unavailable: nothing was said, and it is tried again."""
    now = vault.now()
    assert document.kept is not None
    await vault.storage.destroy_key(document.kept.folder)
    await store.forget_document(tx.conn, document.id, now, why, actor)
    await tx.record(events.document_deleted(document, why, now))
