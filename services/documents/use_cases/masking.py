"""Masking that cannot be undone: another picture under another key takes the place of the one that showed too much."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.errors import Conflict, NotFound
from chassis.service_tokens import Grant
from services.documents import events, store
from services.documents.model import sealing
from services.documents.model.document import DONE, READING, Document
from services.documents.model.masking import Box
from services.documents.use_cases.reading import open_rendition
from services.documents.use_cases.storing import keep, refuse_retired
from services.documents.use_cases.vault import Vault


async def mask_document(vault: Vault, grant: Grant, boxes: Sequence[Box]) -> Document:
    """Cover `boxes` in every rendition; without any, note that somebody found nothing to cover.

    Raises NotFound (also for another application's document, and once deleted), Conflict (`changed`: masked by somebody
    else at this moment) or Unavailable: it is then as it was. Once this returns nothing of ours can show what was covered.
    """
    async with vault.db.connection() as conn:
        before = _own(await store.find_document(conn, grant.resource), grant)
    masked = await _masked(vault, before, boxes) if boxes else None
    async with vault.db.transaction() as tx:
        known = await store.lock_document(tx.conn, grant.resource)
        unchanged = known is not None and known.kept is not None and _folder(known) == _folder(before)
        if unchanged:
            assert known is not None
            if masked is None and before.mask == DONE:
                return before
            now, after = vault.now(), masked or replace(known, mask=DONE)
            if masked:
                await refuse_retired(tx, masked)
                await store.replace_document(tx.conn, masked)
            else:
                await store.set_mask(tx.conn, known.id, DONE)
            await store.insert_mask(tx.conn, grant, len(boxes), now)
            await tx.record(events.document_masked(after, len(boxes), now))
    # No row leads there any more; the key goes first, and what cannot be removed now the sweep finds.
    superseded = before if unchanged else masked
    if masked and superseded and superseded.kept:
        await vault.storage.remove(superseded.kept.folder)
    if not unchanged:
        _own(known, grant)
        raise Conflict("changed")
    return after


def _folder(document: Document) -> str | None:
    """By which one picture is told from another: keys may be wrapped anew meanwhile."""
    return document.kept.folder if document.kept else None


def _own(document: Document | None, grant: Grant) -> Document:
    if document is None or document.kept is None or document.application != grant.owner:
        raise NotFound
    return document


async def _masked(vault: Vault, document: Document, boxes: Sequence[Box]) -> Document:
    """The document with the boxes burnt in, already stored under a key of its own."""
    renditions = await vault.decoder.burn(await open_rendition(vault, document, READING), boxes, document.reach)
    reading = next(each for each in renditions if each.name == READING)
    # Neither fingerprint nor mark: they would still tell whether somebody holds the picture as it was.
    kept = await keep(vault, document.id, sealing.new_key(), renditions)
    return replace(document, bytes=len(reading.jpeg), mask=DONE, kept=kept)
