"""What the API shows, as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.review.model import Candidate, Case, CaseView, Document, Listed, PastDecision
from services.review.model.candidates import in_words

Json = Mapping[str, Any]


def case_json(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "application_id": str(case.application_id),
        "receipt_number": case.receipt_number,
        "status": case.status,
        "version": case.version,
        "kind": case.kind,
        "category": case.category,
        "language": case.language,
        "round": case.round,
        "submitted_at": case.submitted_at.isoformat(),
        "waiting_since": case.waiting_since.isoformat(),
        "expected_on": case.expected_on.isoformat(),
        "claimed_by": case.claim.username if case.claim else None,
        "claimed_until": case.claim.until.isoformat() if case.claim else None,
        "decision": case.decision,
    }


def listed_json(listed: Listed) -> Json:
    """A case in the queue: no names."""
    return {
        **case_json(listed.case),
        "card_unknown": listed.card_unknown,
        "documents": listed.documents,
        "mail_undelivered": listed.mail_undelivered,
    }


def case_view_json(view: CaseView) -> Json:
    return {
        **case_json(view.case),
        "applicant": {
            field.name: {"raw": field.raw, "display": field.display, "registered": field.registered}
            for field in view.applicant
        },
        "documents": [_document(document) for document in view.documents],
        "checks": [asdict(check) for check in view.checks],
        "duplicates": [_candidate(candidate) for candidate in view.duplicates],
        "more_duplicates": view.more_duplicates,
        "card_holder": _candidate(view.card_holder) if view.card_holder else None,
        "decisions": [_decision(decision) for decision in view.decisions],
        "expiry_notice": view.case.expiry_notice,
        "card_unknown": view.card_unknown,
        "mail_undelivered": bool(view.undelivered.templates),
        "undelivered": list(view.undelivered.templates),
        "policy_version": view.policy_version,
        "changes": [
            {"field": each.field, "before": each.before, "at": each.at.isoformat() if each.at else None}
            for each in view.changes
        ],
        "new_documents": sorted(str(each) for each in view.new_documents),
        "correct_by": view.correct_by.isoformat() if view.correct_by else None,
    }


def _document(document: Document) -> Json:
    return {
        **asdict(document),
        "id": str(document.id),
        "warnings": list(document.warnings),
        "deleted_at": document.deleted_at.isoformat() if document.deleted_at else None,
    }


def _candidate(candidate: Candidate) -> Json:
    return {
        **asdict(candidate),
        "id": str(candidate.id),
        "birth_date": candidate.birth_date.isoformat(),
        "reasons": [
            {"code": code, "text": text}
            for code, text in zip(candidate.reasons, in_words(candidate.reasons), strict=True)
        ],
    }


def _decision(decision: PastDecision) -> Json:
    return {
        **asdict(decision),
        "decided_at": decision.decided_at.isoformat(),
        "verdicts": [{"candidate": str(each.candidate), "verdict": each.verdict} for each in decision.verdicts],
        "same_as": _same_as(decision),
    }


def _same_as(decision: PastDecision) -> Json | None:
    same_as = decision.same_as
    return {"registration": str(same_as.registration), "as": same_as.kind} if same_as else None
