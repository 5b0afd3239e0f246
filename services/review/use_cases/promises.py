"""What the passing of days asks review to say; any number of replicas say each thing once."""

from chassis.clock import today
from rules.opening_days import expected_date, is_open
from services.review import events
from services.review.model.expiry import notices
from services.review.store import promises, registrations
from services.review.use_cases.context import Review, zone


async def say_delayed(review: Review) -> bool:
    """Tell of one case whose promised day has passed undecided, with the day that is expected now.

    Once in each round; the case itself keeps the day that was promised. True where there may be more.
    """
    day = today(review.now, zone(review))
    if not _has_come(review, review.policy.expected_time.told_from_hour):
        return False
    async with review.db.transaction() as tx:
        late = await promises.lock_late(tx.conn, day)
        if late is None:
            return False
        expected = expected_date(review.policy, day, await promises.count_waiting(tx.conn))
        await promises.mark_delayed(tx.conn, late.id)
        await tx.record(events.delayed(late, expected))
    return True


async def say_expiring(review: Review) -> bool:
    """Tell of one card that expires soon, where its person wants to be told. True where there may be more.

    Once for each of the policy's days; of several that have come at once only the nearest, and nothing after the card's last day.
    """
    day = today(review.now, zone(review))
    if not _has_come(review, review.policy.expected_time.told_from_hour):
        return False
    async with review.db.transaction() as tx:
        for notice in notices(review.policy.deadlines.renewal_notice_days, day):
            registration = await registrations.lock_expiring(tx.conn, notice)
            if registration:
                await registrations.mark_told(tx.conn, registration.id, notice.days)
                await tx.record(events.registration_expiring(registration))
                return True
    return False


async def say_digest(review: Review) -> bool:
    """Say what waits, once on every opening day from the policy's hour on. Returns False: there is no more to do."""
    day = today(review.now, zone(review))
    if not _has_come(review, review.policy.staff_digest.hour) or not is_open(review.policy, day):
        return False
    async with review.db.transaction() as tx:
        if await promises.take_day(tx.conn, day):
            await tx.record(events.digest_due(await promises.digest(tx.conn, day, review.now())))
    return False


def _has_come(review: Review, hour: int) -> bool:
    return review.now().astimezone(zone(review)).hour >= hour
