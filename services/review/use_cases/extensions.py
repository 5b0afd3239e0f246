"""More time for a correction."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.clock import today
from chassis.connection import Connection
from chassis.errors import Conflict, Invalid, NotFound
from rules.opening_days import correction_deadline
from services.review import events
from services.review.model import CORRECTION_REQUESTED, Case, Staff
from services.review.model.decisions import PastDecision
from services.review.model.extensions import More, faults_of
from services.review.store import audit, cases, decisions, documents, extensions
from services.review.use_cases.context import Review, zone


async def extend(review: Review, case_id: UUID, staff: Staff, more: More) -> date:
    """Give the applicant until this day. The reason stays in the house.

    Raises NotFound, Conflict `wrong_state`, `stale_version`, Invalid (model.extensions). A day that was given is never taken back.
    """
    now = review.now()
    async with review.db.transaction() as tx:
        case = await cases.lock(tx.conn, case_id, now)
        if case is None:
            raise NotFound
        if case.status != CORRECTION_REQUESTED:
            raise Conflict("wrong_state", "修正を依頼している申請ではありません。")
        if case.version != more.version:
            raise Conflict("stale_version", "この申請の内容が変わりました。新しい内容をご確認ください。")
        asked = (await decisions.of_case(tx.conn, case_id))[-1]
        current = await last_day(review, tx.conn, case, asked)
        if faults := faults_of(current, more.correct_by, more.reason, today(review.now, zone(review))):
            raise Invalid(faults)
        await extensions.set_deadline(tx.conn, case_id, more.correct_by)
        await extensions.insert(tx.conn, case_id, case.round, more.correct_by, more.reason.strip(), staff.id, now)
        detail = {"round": case.round, "correct_by": more.correct_by.isoformat()}
        await audit.insert(tx.conn, now, staff.id, "deadline_extended", case_id, detail=detail)
        known = await documents.of_round(tx.conn, case.application_id, case.round)
        sides = {f"document:{each.id}": (each.type, each.side) for each in known}
        await tx.record(events.correction_requested(case, asked.reasons, sides, more.correct_by, current))
    return more.correct_by


async def last_day(review: Review, conn: Connection, case: Case, asked: PastDecision) -> date:
    """The last day for what was asked; by the policy where it was asked before days were kept."""
    kept = await extensions.deadline(conn, case.id)
    if kept is not None:
        return kept
    return correction_deadline(review.policy, asked.decided_at.astimezone(ZoneInfo(review.policy.time_zone)).date())
