"""Identity documents: their bytes go straight through to documents, what they prove stays here."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid, NotFound, Problem, TooLarge
from chassis.ids import new_id
from chassis.web.languages import annotated, spoken
from rules import identity_documents
from rules.policy import Policy
from services.intake import messages, store
from services.intake.model import corrections, submission
from services.intake.model.applications import OURS, Application
from services.intake.model.documents import CHOSEN, STORED, Document, StoredImage
from services.intake.use_cases.applications import lock_ours
from services.intake.use_cases.context import Intake

#: No event names more documents than this.
_MOST = 20


async def store_document(
    intake: Intake,
    application_id: UUID,
    type: str,
    side: str,
    shows_current_address: bool | None,
    body: AsyncIterator[bytes],
    content_length: int | None,
) -> Document:
    """Stream one side of a document to documents; the same type and side replaces the earlier one.

    Before a byte is read: NotFound, Conflict(`wrong_state`, `document_not_open`, `too_many_documents`), Invalid with
    the refusal (`unknown_type`, `unknown_side`, `hokensho_ended`, `mynumber_back`, `tsuchi_card`, …), TooLarge. Then:
    Invalid(`unreadable_image`, `too_many_pixels`), TooLarge, Unavailable(`documents_away`), and whatever `body` raises:
    nothing was kept.
    """
    document = Document(
        id=new_id(),
        application_id=application_id,
        type=type,
        side=side,
        shows_current_address=shows_current_address,
        state=CHOSEN,
        round=0,
        chosen_at=intake.now(),
    )
    document = await _choose(intake, document, content_length)
    limited = _Limited(body, intake.policy.limits.upload_bytes)
    try:
        image = await intake.documents.store(document.id, application_id, type, side, limited.chunks(), content_length)
    except (Invalid, TooLarge, NotFound):
        async with intake.db.transaction() as tx:
            await store.mark_removed(tx.conn, [document.id])
        raise
    except Exception:
        if limited.problem:
            raise limited.problem from None
        # Perhaps it is kept there after all: `document.stored` or the sweep will tell.
        raise
    async with intake.db.transaction() as tx:
        kept = await keep_document(intake, tx, document.id, application_id, image)
    if kept is None:
        raise Conflict("wrong_state", messages.text("wrong_state"))
    return kept


async def keep_document(
    intake: Intake, tx: Transaction, document_id: UUID, application_id: UUID, image: StoredImage
) -> Document | None:
    """Count a document that documents keeps, whether its answer or its event tells so; None where it counts no more.

    Of two for the same side the one that was chosen last counts, in whatever order they are told; that one is returned.
    """
    application = await store.lock_application(tx.conn, application_id)
    document = await store.find_document(tx.conn, document_id, application_id)
    if application is None or document is None:
        return None
    before = await _of_side(tx, document)
    later = before if before and before.id >= document.id else None
    if document.state != CHOSEN:
        return later
    if application.status not in OURS or document.round != application.round + 1 or document.deleted_at:
        await _drop(intake, tx, document)
        return None
    if later:
        await _drop(intake, tx, document)
        return later
    if before:
        await _drop(intake, tx, before)
    await store.mark_stored(tx.conn, document_id, image)
    answered = corrections.answered_by_document(intake.policy, application, before.id if before else None)
    if not answered <= application.corrected:
        await store.save_application(tx.conn, replace(application, corrected=application.corrected | answered))
    return await store.find_document(tx.conn, document_id, application_id)


async def hear_masked(tx: Transaction, document_id: UUID, application_id: UUID, mask: str) -> None:
    """Somebody covered what must be covered, or found nothing; what is heard of the upload later changes nothing."""
    await store.mark_masked(tx.conn, document_id, application_id, mask)


async def hear_deleted(tx: Transaction, document_id: UUID, application_id: UUID, at: datetime) -> None:
    """The image is gone: it proves nothing any more, and stays in the list with the day."""
    await store.mark_deleted(tx.conn, document_id, application_id, at)


async def remove_document(intake: Intake, application_id: UUID, document_id: UUID) -> None:
    """Take a document back. Raises NotFound and Conflict(`wrong_state`, `document_not_open`)."""
    async with intake.db.transaction() as tx:
        application = await lock_ours(tx, application_id)
        document = await store.find_document(tx.conn, document_id, application_id)
        if document is None or document.state != STORED:
            raise NotFound
        if not corrections.may_touch(application, document):
            raise _not_open()
        await _drop(intake, tx, document)
        item = f"document:{document_id}"
        if any(reason.item == item for reason in application.corrections):
            await store.save_application(tx.conn, replace(application, corrected=application.corrected | {item}))


async def document_rendition(intake: Intake, application_id: UUID, document_id: UUID, rendition: str) -> bytes:
    """A JPEG (`reading`, `screen`, `thumbnail`) of the applicant's own document. Raises NotFound and Unavailable."""
    async with intake.db.connection() as conn:
        document = await store.find_document(conn, document_id, application_id)
    if (
        document is None
        or document.state != STORED
        or document.deleted_at
        or rendition not in ("reading", "screen", "thumbnail")
    ):
        raise NotFound
    return await intake.documents.rendition(document_id, application_id, rendition)


async def _choose(intake: Intake, document: Document, length: int | None) -> Document:
    """Remember the id before a byte is sent, so that an answer that is lost can be healed."""
    code = identity_documents.refusal(intake.policy, document.type, document.side, intake.today)
    async with intake.db.transaction() as tx:
        application = await lock_ours(tx, document.application_id)
        if code:
            raise _refused(intake, document, code)
        if length == 0:
            raise Invalid([FieldError("document", "empty", messages.text("empty"))], "empty", messages.text("empty"))
        if length is not None and length > intake.policy.limits.upload_bytes:
            raise _too_large()
        await _refuse_closed(intake, tx, application, document)
        document = replace(document, round=application.round + 1)
        await store.insert_document(tx.conn, document)
    return document


async def _refuse_closed(intake: Intake, tx: Transaction, application: Application, document: Document) -> None:
    held = await store.held_documents(tx.conn, application.id)
    before = await _of_side(tx, document)
    if before:
        allowed = corrections.may_touch(application, before)
    else:
        stored = [other for other in held if other.state == STORED]
        allowed = corrections.may_add(intake.policy, application) or bool(
            submission.missing_proofs(intake.policy, application.applicant, stored, intake.today)
            or submission.missing_sides(intake.policy, stored, intake.today)
        )
    if not allowed:
        raise _not_open()
    most = most_documents(intake.policy)
    if len({(other.type, other.side) for other in held} | {(document.type, document.side)}) > most:
        raise Conflict("too_many_documents", messages.text("too_many_documents", detail=str(most)))


def most_documents(policy: Policy) -> int:
    """How many sides an application may have."""
    return min(policy.limits.documents_per_application, _MOST)


async def _of_side(tx: Transaction, document: Document) -> Document | None:
    """The document of the same type and side that counts now."""
    stored = await store.stored_documents(tx.conn, document.application_id)
    return next((each for each in stored if (each.type, each.side) == (document.type, document.side)), None)


async def _drop(intake: Intake, tx: Transaction, document: Document) -> None:
    await store.mark_removed(tx.conn, [document.id])
    await store.schedule_deletion(tx.conn, document, intake.now())
    tx.after_commit(intake.deletion_due.beat)


class _Limited:
    """A body that ends where it grows beyond the limit; `problem`: what ended it before its end."""

    def __init__(self, body: AsyncIterator[bytes], limit: int) -> None:
        self._body, self._limit = body, limit
        self.problem: Problem | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._body:
                size += len(chunk)
                if size > self._limit:
                    raise _too_large()
                yield chunk
        except Problem as problem:
            self.problem = problem
            raise


def _refused(intake: Intake, document: Document, code: str) -> Invalid:
    """Why, in the library's own words where the code is its own."""
    kind = intake.policy.document_type(document.type)
    known = code if code in messages.TEXTS else "document_refused"
    own = kind.note if kind and known != code else None
    said = annotated(intake.policy.text(own, spoken().code)) if own else messages.text(known)
    field = "side" if code in ("unknown_side", "mynumber_back", "check_individual_number") else "type"
    return Invalid([FieldError(field, code, said)], code, said)


def _not_open() -> Conflict:
    return Conflict("document_not_open", messages.text("document_not_open"))


def _too_large() -> TooLarge:
    return TooLarge("too_large", messages.text("too_large"))
