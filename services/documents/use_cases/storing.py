"""Storing: refuse what policy refuses, read no more than allowed, clean, seal, write, and only then say so."""

import asyncio
import hmac
from collections.abc import AsyncIterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag

from chassis.clock import today
from chassis.errors import Conflict, FieldError, Forbidden, Invalid, TooLarge, Unavailable
from chassis.service_tokens import Grant
from rules.identity_documents import document_type, refusal
from services.documents import events, store
from services.documents.decoder import refused
from services.documents.model import sealing
from services.documents.model.document import NOT_NEEDED, PENDING, READING, Cleaned, Document, Kept, Rendition, Upload
from services.documents.model.kinds import HEAD_BYTES, kind_of
from services.documents.model.sealing import KeyMissing
from services.documents.scanner import scan
from services.documents.use_cases.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True)
class Received:
    """What arrived, and what tells it from other bytes."""

    image: bytes
    fingerprint: bytes


async def store_document(vault: Vault, grant: Grant, upload: Upload, pieces: AsyncIterable[bytes]) -> Document:
    """Store the image. The same image again gives the same answer and is said only once.

    Raises Forbidden, Invalid (unknown_type, unknown_side, the policy's own refusals, unreadable_image, too_many_pixels,
    infected), TooLarge, Conflict (other_image, masked, deleted) or Unavailable: nothing is then stored.
    """
    if grant.owner != upload.application:
        raise Forbidden("other_application")
    _refuse_by_policy(vault, upload)
    async with vault.db.connection() as conn:
        known = await store.find_document(conn, upload.id)
    key = _key_of(vault, known) if known and known.kept else sealing.new_key()
    received = await _receive(vault, upload, key, pieces)
    if known:
        return _repeated(known, upload, received)
    await scan(vault.clamd, received.image)
    kind = kind_of(received.image[:HEAD_BYTES])
    if kind is None:
        raise refused("unreadable_image")
    cleaned = await vault.decoder.clean(received.image, kind, vault.policy.limits.image_pixels)
    document = await _write(vault, upload, key, received.fingerprint, cleaned)
    async with vault.db.transaction() as tx:
        # Where the commit's answer is lost the objects stay: either the row names them or the sweep finds them.
        if await store.insert_document(tx.conn, document):
            await tx.record(events.document_stored(document))
            return document
    assert document.kept is not None
    await vault.storage.remove(document.kept.folder)
    async with vault.db.connection() as conn:
        other = await store.find_document(conn, upload.id)
    assert other is not None
    if other.kept:
        # Its key is another, and so is its fingerprint of the same bytes.
        fingerprint = await asyncio.to_thread(_fingerprint, _key_of(vault, other), upload.id, received.image)
        received = Received(received.image, fingerprint)
    return _repeated(other, upload, received)


def _refuse_by_policy(vault: Vault, upload: Upload) -> None:
    code = refusal(vault.policy, upload.type, upload.side, today(vault.now, vault.zone))
    if code is None:
        return
    kind = document_type(vault.policy, upload.type)
    of_side = {"unknown_side", *(side.refused_as for side in kind.sides)} if kind else set()
    raise Invalid([FieldError("side" if code in of_side else "type", code)], code)


def _key_of(vault: Vault, known: Document) -> bytes:
    assert known.kept is not None
    try:
        return sealing.unwrap(vault.keys, known.kept.key_name, known.kept.wrapped_key, known.id)
    except (KeyMissing, InvalidTag) as error:
        log.error("document cannot be opened", document=str(known.id), error=type(error).__name__)
        raise Unavailable("cannot_be_opened") from None


async def _receive(vault: Vault, upload: Upload, key: bytes, pieces: AsyncIterable[bytes]) -> Received:
    image = bytearray()
    fingerprint = sealing.fingerprinter(key, upload.id)
    async for piece in pieces:
        if len(image) + len(piece) > vault.policy.limits.upload_bytes:
            raise TooLarge
        image += piece
        fingerprint.update(piece)
    return Received(bytes(image), fingerprint.digest())


def _fingerprint(key: bytes, document: UUID, image: bytes) -> bytes:
    fingerprint = sealing.fingerprinter(key, document)
    fingerprint.update(image)
    return fingerprint.digest()


def _repeated(known: Document, upload: Upload, received: Received) -> Document:
    if known.kept is None:
        raise Conflict("deleted")
    if known.is_for(upload) and not known.kept.fingerprint:
        raise Conflict("masked")
    if not known.is_for(upload) or not hmac.compare_digest(known.kept.fingerprint, received.fingerprint):
        raise Conflict("other_image")
    return known


async def _write(vault: Vault, upload: Upload, key: bytes, fingerprint: bytes, cleaned: Cleaned) -> Document:
    kept = await keep(vault, upload.id, key, fingerprint, list(cleaned.renditions))
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
    )


async def keep(vault: Vault, document: UUID, key: bytes, fingerprint: bytes, renditions: list[Rendition]) -> Kept:
    """Seal the renditions with `key` and write them under a new folder. Raises Unavailable: nothing is left."""
    folder = await vault.storage.write(
        {each.name: sealing.seal(key, each.jpeg, document, each.name) for each in renditions}
    )
    newest = vault.keys.newest
    return Kept(folder, sealing.wrap(vault.keys, newest, key, document), newest, fingerprint)
