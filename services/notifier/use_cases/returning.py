"""Mails that the server took and that came back."""

import structlog

from services.notifier import events, store
from services.notifier.reports import Report
from services.notifier.use_cases.context import Notifier

log = structlog.get_logger()

BOUNCED, KNOWN, UNKNOWN, NO_FAILURE = "bounced", "known", "unknown", "no_failure"


async def hear_report(notifier: Notifier, report: Report) -> str:
    """Take note that a mail did not arrive, and say so; the same report again changes nothing.

    Returns BOUNCED, KNOWN (it had ended without arriving), UNKNOWN (none of our mails), or NO_FAILURE (only late).
    """
    if not report.failed:
        return NO_FAILURE
    if report.delivery_id is None:
        return UNKNOWN
    async with notifier.db.transaction() as tx:
        returned = await store.lock_delivery(tx.conn, report.delivery_id)
        if returned is None:
            return UNKNOWN
        if returned.ended_without_arriving:
            return KNOWN
        await store.mark_bounced(tx.conn, returned.id, notifier.now(), f"bounced {report.status}".strip())
        if returned.application_id:
            failed = events.notification_failed(returned.application_id, returned, "permanent")
            await tx.record(failed)
    log.warning("mail bounced", delivery=str(returned.id), template=returned.template, status=report.status)
    return BOUNCED
