"""Reading: nobody gets a picture before the audit has a row that says so."""

from datetime import timedelta

import structlog
from cryptography.exceptions import InvalidTag

from chassis.errors import NotFound, Unavailable
from chassis.service_tokens import Grant
from services.documents import store
from services.documents.model import sealing
from services.documents.model.document import RENDITIONS, Document
from services.documents.model.sealing import KeyMissing
from services.documents.objects import KEY, Missing
from services.documents.use_cases.vault import Vault

log = structlog.get_logger()


async def read_rendition(vault: Vault, grant: Grant, rendition: str) -> bytes:
    """The JPEG. Raises NotFound (also for another application's document, and once deleted) or Unavailable."""
    if rendition not in RENDITIONS:
        raise NotFound
    async with vault.db.connection() as conn:
        document = await store.find_document(conn, grant.resource)
    if document is None or document.kept is None or document.application != grant.owner:
        raise NotFound
    jpeg = await open_rendition(vault, document, rendition)
    async with vault.db.transaction() as tx:
        await store.insert_read(tx.conn, grant, rendition, vault.now())
    return jpeg


async def open_rendition(vault: Vault, document: Document, rendition: str) -> bytes:
    """The JPEG of a document that is kept. Raises NotFound or Unavailable."""
    kept = document.kept
    assert kept is not None
    key = await key_of(vault, document)
    try:
        return sealing.unseal(key, await vault.storage.read(kept.folder, rendition), document.id, rendition)
    except Missing:
        # Deleted or masked since we looked, or lost.
        log.error("object missing", document=str(document.id), rendition=rendition)
        raise NotFound from None
    except InvalidTag:
        log.error("document cannot be opened", document=str(document.id), error="InvalidTag")
        raise Unavailable("cannot_be_opened") from None


async def key_of(vault: Vault, document: Document) -> bytes:
    """The key of a document that is kept. Raises NotFound (destroyed since we looked, or lost) or Unavailable."""
    kept = document.kept
    assert kept is not None
    try:
        if kept.wrapped_key is not None:
            return sealing.unwrap(vault.keys, kept.key_name, kept.wrapped_key, document.id)
        return sealing.open_key(vault.keys, await vault.storage.read(kept.folder, KEY), document.id)
    except Missing:
        log.error("object missing", document=str(document.id), rendition=KEY)
        raise NotFound from None
    except (KeyMissing, InvalidTag) as error:
        log.error("document cannot be opened", document=str(document.id), error=type(error).__name__)
        raise Unavailable("cannot_be_opened") from None


async def prune_reads(vault: Vault) -> bool:
    """Forget audit rows as old as the policy says. True if there may be more."""
    before = vault.now() - timedelta(days=vault.policy.retention.audit)
    async with vault.db.transaction() as tx:
        rows = await store.prune_reads(tx.conn, before) + await store.prune_masks(tx.conn, before)
    return rows > 0


async def check_keys(vault: Vault) -> str:
    """For /readyz: the master keys that stored documents need and we were not given."""
    async with vault.db.connection() as conn:
        missing = await store.master_keys_in_use(conn) - set(vault.keys.by_name)
    return f"master keys missing: {', '.join(sorted(missing))}" if missing else ""
