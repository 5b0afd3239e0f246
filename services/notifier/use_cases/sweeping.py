"""What was never sent, for people to see, and what is not needed any more: the sending loop itself forgets nothing."""

from datetime import timedelta

import structlog

from chassis import metrics
from services.notifier import store
from services.notifier.model import LONGEST_RATE, UNSENT_AFTER, pace
from services.notifier.use_cases.contacts import drop_untrue, forget_erased
from services.notifier.use_cases.context import Notifier

log = structlog.get_logger()


async def sweep(notifier: Notifier) -> bool:
    """Count the messages that should have gone out long ago, by what they wait for; forget cards that have expired, whom
    they kept, and old counts of sending.

    Messages stay where they are: each is sent as soon as what it waits for is there, and dropped where it is not true any
    more. Returns False: there is no more to do.
    """
    now = notifier.now()
    async with notifier.db.transaction() as tx:
        await store.forget_registrations(tx.conn, notifier.today)
        # Also what was planned in the very moment in which its application was erased.
        await forget_erased(notifier, tx)
        dropped = await drop_untrue(notifier, tx)
        await store.forget_sendings(tx.conn, now - _longest_rate(notifier))
        unsent = await store.count_unsent(tx.conn, now - UNSENT_AFTER, now)
    if dropped:
        log.info("messages were dropped, unsent", count=dropped)
    for why, count in unsent.items():
        metrics.messages_unsent.labels(why).set(count)
    if any(unsent.values()):
        log.warning("messages were not sent in time", **unsent)
    return False


def _longest_rate(notifier: Notifier) -> timedelta:
    limits = pace(notifier.policy)
    rates = (rate for rate in (limits.together, limits.domain) if rate)
    return max([LONGEST_RATE, *(timedelta(seconds=rate.seconds) for rate in rates)])
