"""Forgetting on time: what a registration does not need goes on the policy's day. Any number of replicas may do it."""

from chassis.clock import today
from services.review.model import forgetting as model
from services.review.store import erasures
from services.review.store import forgetting as store
from services.review.use_cases.context import Review, zone

BATCH = 100


async def forget_ended(review: Review) -> bool:
    """Forget applications whose time is up. True where there may be more."""
    limits = model.limits(review.policy, today(review.now, zone(review)))
    async with review.db.transaction() as tx:
        await store.note_ends(tx.conn, review.now())
        due = await store.ended(tx.conn, limits, BATCH)
        oldest = min(limits.approved, limits.rejected, limits.withdrawn, limits.expired)
        due += await store.never_handed_over(tx.conn, model.lowest_id(oldest), BATCH)
        for application in due:
            # Nothing that is told again brings it back.
            await erasures.remember(tx.conn, application, review.now())
            await erasures.forget(tx.conn, application)
            await tx.erase(application)
    return len(due) >= BATCH


async def forget_old(review: Review) -> bool:
    """Forget registrations that expired long ago, and audit rows as old as the policy says. True: there may be more."""
    day = today(review.now, zone(review))
    async with review.db.transaction() as tx:
        await store.prune_registrations(tx.conn, model.first_kept_expiry(review.policy, day))
        pruned = await store.prune_audit(tx.conn, model.oldest_audit(review.policy, day), BATCH)
    return pruned == BATCH
