"""Storing: refuse what policy refuses, read no more than allowed, clean, seal, write, and only then say so."""

import hashlib
import hmac
from collections.abc import AsyncIterable
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from chassis.clock import today
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Forbidden, Invalid, TooLarge, Unavailable
from chassis.service_tokens import Grant
from rules.identity_documents import document_type, refusal
from services.documents import events, store
from services.documents.decoder import refused
from services.documents.model import sealing
from services.documents.model.document import (
    NOT_NEEDED,
    PENDING,
    READING,
    SAME_IMAGE,
    Cleaned,
    Document,
    Kept,
    Rendition,
    Upload,
)
from services.documents.model.kinds import HEAD_BYTES, kind_of, named
from services.documents.model.retention import unfinished_before
from services.documents.objects import KEY
from services.documents.scanner import scan
from services.documents.use_cases.reading import key_of
from services.documents.use_cases.room import Share
from services.documents.use_cases.vault import Vault

log = structlog.get_logger()


UNREADABLE = "unreadable_image"
#: Beside the code of a refusal: this very file was refused before, and was not looked at again.
SAME_AS_BEFORE = "same_as_before"


@dataclass(frozen=True)
class Received:
    """What arrived, its SHA-256, and what this file is known by within its application (the newest mark last)."""

    image: bytearray
    digest: bytes
    marks: list[bytes]


async def store_document(vault: Vault, grant: Grant, upload: Upload, pieces: AsyncIterable[bytes]) -> Document:
    """Store the image. The same image again gives the same answer and is said only once.

    Raises Forbidden, Invalid (unknown_type, unknown_side, the policy's own refusals, unreadable_image, pdf,
    too_many_pixels, infected; beside the fourth stands what kind of file it is, where that says more), TooLarge, Conflict
    (other_image, masked, deleted) or Unavailable (busy: too many at once): nothing is then stored. A file that this
    application sent before is refused with its code and `same_as_before`, without decoding it.
    """
    if grant.owner != upload.application:
        raise Forbidden("other_application")
    _refuse_by_policy(vault, upload)
    with vault.room.share(upload.application) as share:
        return await _store(vault, upload, await _receive(vault, upload, pieces, share))


async def _store(vault: Vault, upload: Upload, received: Received) -> Document:
    async with vault.db.connection() as conn:
        known = await store.find_document(conn, upload.id)
        code = await store.refused_before(conn, upload.application, received.marks)
        same = await store.was_submitted(conn, upload, received.marks)
    if known:
        return await _repeated(vault, known, upload, received)
    if code:
        raise _refused(code, received, SAME_AS_BEFORE)
    cleaned = await _cleaned(vault, upload, received)
    if same:
        cleaned = replace(cleaned, warnings=(*cleaned.warnings, SAME_IMAGE))
    document = await _write(vault, upload, received, cleaned)
    async with vault.db.transaction() as tx:
        # Where the commit's answer is lost the objects stay: either the row names them or the sweep finds them.
        await refuse_retired(tx, document)
        if await store.insert_document(tx.conn, document):
            await tx.record(events.document_stored(document))
            return document
    assert document.kept is not None
    await vault.storage.remove(document.kept.folder)
    async with vault.db.connection() as conn:
        other = await store.find_document(conn, upload.id)
    assert other is not None
    return await _repeated(vault, other, upload, received)


async def have_decoder_ready(vault: Vault) -> bool:
    """So that the first picture waits for none, and it is known early whether the kernel confines it. False: no more."""
    await vault.decoder.warm_up()
    return False


async def prune_refusals(vault: Vault) -> bool:
    """Forget refused files when images that were never submitted go. True if there may be more."""
    before = unfinished_before(vault.policy, today(vault.now, vault.zone))
    async with vault.db.transaction() as tx:
        return await store.prune_refusals(tx.conn, before) > 0


def _refuse_by_policy(vault: Vault, upload: Upload) -> None:
    code = refusal(vault.policy, upload.type, upload.side, today(vault.now, vault.zone))
    if code is None:
        return
    kind = document_type(vault.policy, upload.type)
    of_side = {"unknown_side", *(side.refused_as for side in kind.sides)} if kind else set()
    raise Invalid([FieldError("side" if code in of_side else "type", code)], code)


async def _receive(vault: Vault, upload: Upload, pieces: AsyncIterable[bytes], share: Share) -> Received:
    image, digest = bytearray(), hashlib.sha256()
    async for piece in pieces:
        if len(image) + len(piece) > vault.policy.limits.upload_bytes:
            raise TooLarge
        share.take(len(piece))
        image += piece
        digest.update(piece)
    return Received(image, digest.digest(), sealing.marks(vault.keys, upload.application, digest.digest()))


async def _cleaned(vault: Vault, upload: Upload, received: Received) -> Cleaned:
    """The image cleaned; why it is refused is remembered, but for what a scanner says: it learns."""
    await scan(vault.clamd, received.image)
    kind = kind_of(bytes(received.image[:HEAD_BYTES]))
    try:
        if kind is None:
            raise refused(UNREADABLE)
        return await vault.decoder.clean(received.image, kind, vault.policy.limits.image_pixels)
    except Invalid as refusal:
        async with vault.db.transaction() as tx:
            await store.remember_refusal(tx.conn, upload.application, received.marks[-1], refusal.code, vault.now())
        raise _refused(refusal.code, received) from None


def _refused(code: str, received: Received, *also: str) -> Invalid:
    """The refusal; of what cannot be read it is said what it is."""
    kind = named(received.image) if code == UNREADABLE else None
    return refused(code, *((kind,) if kind else ()), *also)


async def _repeated(vault: Vault, known: Document, upload: Upload, received: Received) -> Document:
    if known.kept is None:
        raise Conflict("deleted")
    if known.is_for(upload) and not known.kept.fingerprint:
        raise Conflict("masked")
    fingerprint = sealing.fingerprint(await key_of(vault, known), known.id, received.digest)
    if not known.is_for(upload) or not hmac.compare_digest(known.kept.fingerprint, fingerprint):
        raise Conflict("other_image")
    return known


async def _write(vault: Vault, upload: Upload, received: Received, cleaned: Cleaned) -> Document:
    key = sealing.new_key()
    fingerprint = sealing.fingerprint(key, upload.id, received.digest)
    kept = await keep(vault, upload.id, key, list(cleaned.renditions), fingerprint, received.marks[-1])
    reading = next(each for each in cleaned.renditions if each.name == READING)
    kind = document_type(vault.policy, upload.type)
    return Document(
        id=upload.id,
        application=upload.application,
        type=upload.type,
        side=upload.side,
        width=reading.width,
        height=reading.height,
        bytes=len(reading.jpeg),
        warnings=cleaned.warnings,
        mask=PENDING if kind and kind.mask else NOT_NEEDED,
        stored_at=vault.now(),
        kept=kept,
        reach=cleaned.reach,
    )


async def keep(
    vault: Vault, document: UUID, key: bytes, renditions: list[Rendition], fingerprint: bytes = b"", mark: bytes = b""
) -> Kept:
    """Seal the renditions with `key` and write them under a new folder. Raises Unavailable: nothing is left."""
    keys = vault.keys
    sealed = {each.name: sealing.seal(key, each.jpeg, document, each.name) for each in renditions}
    folder = await vault.storage.write({KEY: sealing.key_object(keys, key, document), **sealed})
    return Kept(folder, keys.newest, fingerprint, mark)


async def refuse_retired(tx: Transaction, document: Document) -> None:
    """Raises Unavailable where the master key was retired since the document was sealed: it will be gone; the sweep takes
    what was written, and the next try is sealed by the new one."""
    assert document.kept is not None
    if not await store.may_store(tx.conn, document.kept.key_name):
        log.warning("sealed by a master key that was just retired", document=str(document.id))
        raise Unavailable
