"""What was never sent, for people to see: the sending loop itself forgets nothing."""

from datetime import timedelta

import structlog

from chassis import metrics
from services.notifier import store
from services.notifier.model import LONGEST_RATE, UNSENT_AFTER, pace
from services.notifier.use_cases.context import Notifier

log = structlog.get_logger()


async def sweep(notifier: Notifier) -> bool:
    """Count the messages that should have gone out long ago, by what they wait for, and forget old counts of sending.

    They stay where they are: each is sent as soon as what it waits for is there. Returns False: there is no more to do.
    """
    now = notifier.now()
    async with notifier.db.transaction() as tx:
        # What was planned in the very moment in which its application was erased.
        await store.forget(tx.conn)
        await store.forget_sendings(tx.conn, now - _longest_rate(notifier))
        unsent = await store.count_unsent(tx.conn, now - UNSENT_AFTER, now)
    for why, count in unsent.items():
        metrics.messages_unsent.labels(why).set(count)
    if any(unsent.values()):
        log.warning("messages were not sent in time", **unsent)
    return False


def _longest_rate(notifier: Notifier) -> timedelta:
    limits = pace(notifier.policy)
    rates = (rate for rate in (limits.together, limits.domain) if rate)
    return max([LONGEST_RATE, *(timedelta(seconds=rate.seconds) for rate in rates)])
