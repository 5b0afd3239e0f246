"""What nobody asks for: what has expired is deleted, and documents is told which images to delete."""

from datetime import timedelta

from chassis.errors import Unavailable
from services.intake import store
from services.intake.model.handovers import LASTS, WITHIN
from services.intake.use_cases.context import Intake
from services.intake.use_cases.pause import time_of_drafts
from services.intake.use_cases.reception import KEEP_KEYS
from services.intake.use_cases.sessions import attempts_within

#: Longer than any upload takes: the largest at the slowest speed that is waited for takes 44 minutes.
_UNANSWERED = timedelta(hours=1)
_DELETE_AGAIN = timedelta(minutes=5)
#: Links are counted by the day.
_DAY = timedelta(days=1)


async def forget_expired(intake: Intake) -> bool:
    """Delete expired drafts, idempotency keys, sessions, links, attempts to sign in and counts of callers."""
    now, sessions = intake.now(), intake.policy.sessions
    async with intake.db.transaction() as tx:
        await store.prune_drafts(tx.conn, time_of_drafts(intake))
        await store.prune_keys(tx.conn, now - KEEP_KEYS)
        await store.prune_sessions(tx.conn, now - sessions.idle, now - sessions.absolute)
        await store.prune_proofs(tx.conn, now, now - _DAY)
        await store.prune_password_resets(tx.conn, now - _DAY)
        await store.prune_handovers(tx.conn, now - WITHIN - LASTS)
        await store.prune_attempts(tx.conn, now - attempts_within(intake.policy))
        await store.prune_counts(tx.conn, now)
    return False


async def give_up_uploads(intake: Intake) -> bool:
    """Uploads of which nothing was heard any more: what documents may have kept of them is deleted."""
    now = intake.now()
    async with intake.db.transaction() as tx:
        unanswered = await store.lock_unanswered(tx.conn, now - _UNANSWERED)
        await store.mark_removed(tx.conn, [document.id for document in unanswered])
        for document in unanswered:
            await store.schedule_deletion(tx.conn, document, now)
        tx.after_commit(intake.deletion_due.beat)
    return False


async def delete_images(intake: Intake) -> bool:
    """Tell documents which images to delete. True if there may be more; what fails is tried again in minutes."""
    now = intake.now()
    async with intake.db.transaction() as tx:
        due = await store.claim_deletions(tx.conn, now, now + _DELETE_AGAIN)
    for document_id, application_id in due:
        try:
            await intake.documents.delete(document_id, application_id)
        except Unavailable:
            return False
        async with intake.db.transaction() as tx:
            await store.deletion_done(tx.conn, document_id)
    return bool(due)
