"""Decisions: approve, ask for a correction, reject."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.clock import today
from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from rules.opening_days import correction_deadline
from services.review import events
from services.review.model import (
    APPROVE,
    CLAIMED,
    CORRECT,
    CORRECTION_REQUESTED,
    DECIDED,
    WAITING,
    Amended,
    Case,
    Decided,
    Decision,
    PastDecision,
    Staff,
)
from services.review.model.amendments import amend
from services.review.model.judging import faults_of
from services.review.store import audit, cases, decisions, documents, extensions
from services.review.use_cases.context import Review, zone
from services.review.use_cases.registrations import Approval, register_applicant
from services.review.use_cases.same_person import find_candidates, take_turns


async def decide(review: Review, case_id: UUID, staff: Staff, decision: Decision) -> Decided:
    """Decide the case. Nothing is written unless everything is right.

    Raises NotFound; Conflict `wrong_state`, `not_claimed`, `stale_version`, `mask_pending`, `same_person`, `card_of_another`,
    `card_numbers_exhausted`; Invalid with one
    error for each fault: `reasons/0/code` `reason_unknown`, `card_number` `card_number_taken`, ...
    """
    async with review.db.transaction() as tx:
        await take_turns(tx.conn, decision)
        case = await cases.lock(tx.conn, case_id, review.now())
        if case is None:
            raise NotFound
        check_turn(case, staff, decision.version)
        content = await cases.content(tx.conn, case_id)
        past = await decisions.of_case(tx.conn, case_id)
        faults = await _faults(review, tx.conn, case, content, decision, past)
        applicant, amended, wrong = amend(review.policy, content.applicant, decision.amendments, _today(review))
        if faults or wrong:
            raise Invalid([*faults, *wrong])
        card_number = None
        if decision.decision == APPROVE:
            await _refuse_unmasked(tx.conn, case)
            await tx.record(events.approved(case))
            card_number = await register_applicant(review, tx, Approval(case, applicant, decision, past, staff))
        else:
            await _answer(review, tx, case, decision)
        await _keep(review, tx, case, staff, decision, amended, card_number, content.card_unknown)
        status = CORRECTION_REQUESTED if decision.decision == CORRECT else DECIDED
        outcome = None if decision.decision == CORRECT else decision.decision
        version = await cases.decide(tx.conn, case_id, status, outcome)
    return Decided(status, version, card_number)


def check_turn(case: Case, staff: Staff, version: int) -> None:
    """Raises Conflict unless the case is this staff member's to decide, as last read."""
    if case.status not in (WAITING, CLAIMED):
        raise Conflict("wrong_state", "この申請は、すでに確認が終わっています。")
    if case.claim is None or case.claim.staff_id != staff.id:
        raise Conflict("not_claimed", "この申請の担当になってから、もう一度お試しください。")
    if case.version != version:
        raise Conflict("stale_version", "この申請の内容が変わりました。新しい内容をご確認ください。")


async def _refuse_unmasked(conn: Connection, case: Case) -> None:
    known = await documents.of_round(conn, case.application_id, case.round)
    if any(each.mask == "pending" and each.deleted_at is None for each in known):
        raise Conflict(
            "mask_pending", "番号などを隠していない書類があります。隠すか、写っていないことをご確認ください。"
        )


async def _faults(
    review: Review,
    conn: Connection,
    case: Case,
    content: cases.Content,
    decision: Decision,
    past: Sequence[PastDecision],
) -> list[FieldError]:
    known = await documents.of_round(conn, case.application_id, case.round)
    found = await find_candidates(conn, case, content.applicant, content.card_number, past)
    return faults_of(review.policy, decision, {each.id for each in known}, {each.id for each in found.candidates})


async def _answer(review: Review, tx: Transaction, case: Case, decision: Decision) -> None:
    """Say to the other services what the applicant shall mend, or why there will be no card."""
    known = await documents.of_round(tx.conn, case.application_id, case.round)
    sides = {f"document:{each.id}": (each.type, each.side) for each in known}
    if decision.decision == CORRECT:
        deadline = correction_deadline(review.policy, _today(review))
        await extensions.set_deadline(tx.conn, case.id, deadline)
        await tx.record(events.correction_requested(case, decision.reasons, sides, deadline))
    else:
        await tx.record(events.rejected(case, decision.reasons, sides, decision.note))


async def _keep(
    review: Review,
    tx: Transaction,
    case: Case,
    staff: Staff,
    decision: Decision,
    amended: tuple[Amended, ...],
    card_number: str | None,
    card_unknown: bool,
) -> None:
    made = PastDecision(
        decision=decision.decision,
        round=case.round,
        decided_at=review.now(),
        username=staff.username,
        reasons=decision.reasons,
        amendments=amended,
        verdicts=decision.verdicts,
        note=decision.note,
        card_number=card_number,
        card_unknown=card_unknown,
        same_as=decision.same_as,
    )
    await decisions.insert(tx.conn, case.id, staff.id, made)
    detail = {
        "decision": decision.decision,
        "round": case.round,
        "reasons": [reason.code for reason in decision.reasons],
        "amended": [each.field for each in amended],
    } | ({"same_as": str(decision.same_as.registration)} if decision.same_as else {})
    await audit.insert(tx.conn, review.now(), staff.id, "decided", case.id, detail=detail)


def _today(review: Review) -> date:
    return today(review.now, zone(review))
