"""Mails that the server took and that came back."""

import structlog

from services.notifier import events, store
from services.notifier.reports import AUTO_REPLY, NO_FAILURE, UNCLEAR, Report
from services.notifier.use_cases.context import Notifier

log = structlog.get_logger()

BOUNCED, KNOWN, UNKNOWN = "bounced", "known", "unknown"


async def hear_report(notifier: Notifier, report: Report) -> str:
    """Take note that a mail did not arrive, and say so; the same report again changes nothing.

    Where nobody can tell why it came back, staff are told all the same: they look, and telephone. Returns BOUNCED, KNOWN
    (it had ended without arriving), UNKNOWN (none of our mails), NO_FAILURE (late, or arrived), or AUTO_REPLY.
    """
    if report.outcome in (NO_FAILURE, AUTO_REPLY):
        return report.outcome
    if report.delivery_id is None:
        return UNKNOWN
    async with notifier.db.transaction() as tx:
        returned = await store.lock_delivery(tx.conn, report.delivery_id)
        if returned is None:
            return UNKNOWN
        if returned.ended_without_arriving:
            return KNOWN
        how = "came back" if report.outcome == UNCLEAR else "bounced"
        await store.mark_bounced(tx.conn, returned.id, notifier.now(), f"{how} {report.status}".strip())
        if returned.application_id:
            failed = events.notification_failed(returned.application_id, returned, "permanent")
            await tx.record(failed)
    log.warning("mail bounced", delivery=str(returned.id), template=returned.template, status=report.status)
    return BOUNCED
