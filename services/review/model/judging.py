"""What is wrong with a decision before it is made: everything at once, each fault with its field and a code."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.errors import FieldError
from chassis.ids import parse_id
from rules.policy import Policy
from rules.reasons import reason_problem
from services.review.model.applications import FIELDS
from services.review.model.decisions import (
    APPROVE,
    CORRECT,
    DECISIONS,
    REJECT,
    SAME,
    SAME_AS,
    VERDICTS,
    Decision,
    Reason,
    Verdict,
)

#: As many and as long as the events carry.
MOST_REASONS, LONGEST_NOTE = 30, 400


def faults_of(
    policy: Policy, decision: Decision, documents: Collection[UUID], candidates: Collection[UUID]
) -> list[FieldError]:
    """The faults of everything but amendments and card number. `documents` and `candidates` are the case's own.

    `decision_unknown`, `reasons_required`, `too_many_reasons`, `item_unknown`, `reason_…` (rules.reasons), `note_too_long`,
    `amendments_only_with_approval`, `card_number_only_with_approval`, `candidate_unknown`, `verdict_unknown`,
    `same_as_only_with_approval`, `same_as_unknown` (not of SAME_AS), `same_as_contradicts_verdict`.
    """
    if decision.decision not in DECISIONS:
        return [FieldError("decision", "decision_unknown")]
    return [
        *_whole(decision),
        *_reasons(policy, decision.decision, decision.reasons, documents),
        *_verdicts(decision.verdicts, candidates),
        *_same_as(decision),
    ]


def _whole(decision: Decision) -> list[FieldError]:
    approves = decision.decision == APPROVE
    faults = (
        ("reasons", "reasons_required", decision.decision in (CORRECT, REJECT) and not decision.reasons),
        ("reasons", "too_many_reasons", len(decision.reasons) > MOST_REASONS),
        ("note", "note_too_long", len(decision.note or "") > LONGEST_NOTE),
        ("amendments", "amendments_only_with_approval", bool(decision.amendments) and not approves),
        ("card_number", "card_number_only_with_approval", bool(decision.card_number) and not approves),
    )
    return [FieldError(field, code) for field, code, wrong in faults if wrong]


def _reasons(policy: Policy, decision: str, reasons: Sequence[Reason], documents: Collection[UUID]) -> list[FieldError]:
    faults = []
    for number, reason in enumerate(reasons):
        if not _is_item(reason.item, documents):
            faults.append(FieldError(f"reasons/{number}/item", "item_unknown"))
        elif wrong := reason_problem(policy, reason.code, reason.item, decision):
            faults.append(FieldError(f"reasons/{number}/code", wrong))
        if len(reason.note or "") > LONGEST_NOTE:
            faults.append(FieldError(f"reasons/{number}/note", "note_too_long"))
    return faults


def _same_as(decision: Decision) -> list[FieldError]:
    same_as = decision.same_as
    if same_as is None:
        return []
    others = {each.verdict for each in decision.verdicts if each.candidate == same_as.registration} - {SAME}
    faults = (
        ("same_as", "same_as_only_with_approval", decision.decision != APPROVE),
        ("same_as", "same_as_unknown", same_as.kind not in SAME_AS),
        ("same_as", "same_as_contradicts_verdict", bool(others)),
    )
    return [FieldError(field, code) for field, code, wrong in faults if wrong]


def _is_item(item: str, documents: Collection[UUID]) -> bool:
    kind, _, name = item.partition(":")
    if kind == "document":
        return parse_id(name) in documents and name == name.lower()
    return item == "application" or (kind == "field" and name in FIELDS)


def _verdicts(verdicts: Sequence[Verdict], candidates: Collection[UUID]) -> list[FieldError]:
    faults = []
    for number, verdict in enumerate(verdicts):
        if verdict.candidate not in candidates:
            faults.append(FieldError(f"verdicts/{number}/candidate", "candidate_unknown"))
        if verdict.verdict not in VERDICTS:
            faults.append(FieldError(f"verdicts/{number}/verdict", "verdict_unknown"))
    return faults
