"""Claims: a lease on a case, so that two people do not work on the same one."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import Conflict, NotFound
from services.review.model import CLAIMED, WAITING, Case, Claim, Staff
from services.review.store import audit, cases
from services.review.use_cases.context import Review

LEASE = timedelta(minutes=15)


async def claim(review: Review, case_id: UUID, staff: Staff) -> Case:
    """Take the case for 15 minutes, or renew one's own lease.

    Raises NotFound, Conflict `held_by_other` (its detail says who and until when), Conflict `wrong_state`.
    """
    now = review.now()
    async with review.db.transaction() as tx:
        case = await cases.lock(tx.conn, case_id, now)
        if case is None:
            raise NotFound
        if case.status not in (WAITING, CLAIMED):
            raise Conflict("wrong_state")
        if case.claim and case.claim.staff_id != staff.id:
            until = _clock(case.claim.until, review.policy.time_zone)
            raise Conflict("held_by_other", f"{case.claim.username} さんが {until} まで確認中です。")
        until_at = now + LEASE
        await cases.set_claim(tx.conn, case_id, staff.id, until_at)
        await audit.insert(tx.conn, now, staff.id, "claim_renewed" if case.claim else "claimed", case_id)
    return replace(case, status=CLAIMED, claim=Claim(staff.id, staff.username, until_at))


async def release(review: Review, case_id: UUID, staff: Staff) -> Case:
    """Give one's own claim back; without one nothing happens. Raises NotFound."""
    now = review.now()
    async with review.db.transaction() as tx:
        case = await cases.lock(tx.conn, case_id, now)
        if case is None:
            raise NotFound
        mine = case.claim is not None and case.claim.staff_id == staff.id
        await audit.insert(tx.conn, now, staff.id, "released" if mine else "released_nothing", case_id)
        if not mine:
            return case
        await cases.set_claim(tx.conn, case_id, None, None)
    return replace(case, status=WAITING, claim=None)


def _clock(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
