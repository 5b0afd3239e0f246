"""A case for people to read: what the template shows, made of what the use case knows."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from chassis.web.languages import SOURCE
from rules.policy import Policy
from services.review.model import (
    APPROVE,
    CLAIMED,
    WAITING,
    Candidate,
    CaseView,
    Check,
    Document,
    Field,
    PastDecision,
    Reason,
)
from services.review.model.candidates import in_words
from services.review.model.changes import Change
from services.review.model.views import word
from services.review.pages import words
from services.review.pages.waiting import waiting

#: The page says these as warnings above the data.
_WARNED = ("mail_undelivered", "card_unknown", "renewal_too_early", "renewal_too_late")


def facts(policy: Policy, view: CaseView, today: date) -> dict[str, Any]:
    """Everything on the case but the forms."""
    case = view.case
    category = policy.category(case.category)
    since = case.waiting_since.astimezone(ZoneInfo(policy.time_zone)).date()
    still = case.status in (WAITING, CLAIMED)
    return {
        "id": case.id,
        "version": view.version,
        "receipt_number": case.receipt_number,
        "status": words.status_of(case),
        "kind": words.KINDS[case.kind],
        "category": policy.text(category.name, "ja") if category else case.category,
        "language": words.language(policy, case.language) if case.language != SOURCE else None,
        "submitted": words.day_and_time(case.submitted_at, policy.time_zone),
        "waiting": waiting(policy, since, case.expected_on, today) if still else None,
        "expected": words.day(case.expected_on) if still else None,
        "rounds": case.round - 1,
        "documents": [
            {**_document(case.id, each, policy.time_zone), "new": each.id in view.new_documents}
            for each in view.documents
        ],
        "rows": [*_rows(policy, view, today), *_given(policy, view)],
        "extensions": [
            f"{words.day(each.correct_by)}まで（{words.day_and_time(each.at, policy.time_zone)} {each.username}）：{each.reason}"
            for each in view.extensions
        ],
        "checks": [_check(each) for each in view.checks if each.outcome not in _WARNED],
        "duplicates": [_duplicate(each, today) for each in view.duplicates if not each.perhaps_family],
        "more_duplicates": view.more_duplicates,
        "family": [_duplicate(each, today) for each in view.duplicates if each.perhaps_family],
        "decisions": [_decision(policy, view, each) for each in view.decisions],
    }


def label_of(view: CaseView, item: str) -> str:
    """An item of a reason in words."""
    sort, _, name = item.partition(":")
    if sort == "document":
        found = next((each for each in view.documents if str(each.id) == name), None)
        return title(found) if found else "前に送られた書類"
    return words.FIELDS.get(name, name) if sort == "field" else "申請全体"


def title(document: Document) -> str:
    """運転免許証（表面）"""
    return f"{document.type_name}（{document.side_name}）" if document.side_name else document.type_name


def value_of(view: CaseView, name: str) -> str:
    """What a field holds, or nothing."""
    return next((each.display or "" for each in view.applicant if each.name == name), "")


def _document(case_id: object, document: Document, zone: str) -> dict[str, Any]:
    address = f"/cases/{case_id}/documents/{document.id}"
    said = {True: "現住所：あり（申告）", False: "現住所：なし（申告）", None: ""}
    return {
        "id": document.id,
        "title": title(document),
        "warnings": [words.WARNINGS.get(each, each) for each in document.warnings],
        "address": said[document.shows_current_address],
        "screen": f"{address}/screen",
        "reading": f"{address}/reading",
        "mask": f"{address}/mask",
        "masking": document.must_be_masked,
        "masked": document.mask == "done",
        "deleted": _deleted(document, zone),
        "tall": document.height > document.width,
        "width": document.width,
        "height": document.height,
    }


def _deleted(document: Document, zone: str) -> str | None:
    """When the image was destroyed and why, in words."""
    if document.deleted_at is None:
        return None
    why = words.DELETED.get(document.deleted_because or "", "保存の期間が終わったため")
    return f"{why}、{words.day_and_time(document.deleted_at, zone)}に消去しました。"


def changed_fields(view: CaseView) -> str:
    """What the applicant changed since this round was submitted, as a sentence lists it."""
    return "、".join(words.FIELDS.get(each.field, each.field) for each in view.changes if each.at)


def _rows(policy: Policy, view: CaseView, today: date) -> list[dict[str, Any]]:
    """Every field that is given, or was before the applicant emptied it."""
    changes: dict[str, list[Change]] = {}
    for change in view.changes:
        changes.setdefault(change.field, []).append(change)
    return [
        _row(policy, each, changes.get(each.name, []), today)
        for each in view.applicant
        if each.display or each.name in changes
    ]


def _given(policy: Policy, view: CaseView) -> list[dict[str, Any]]:
    """Who typed all this, and what was agreed to: also whether to be told before the card expires."""
    consent = f"{words.day_and_time(view.consent.at, policy.time_zone)}（説明の版：{view.consent.version}）"
    given = {
        "言語": words.language(policy, view.case.language),
        "入力した人": words.FILLED_BY.get(view.filled_by, view.filled_by),
        "同意": consent,
        "期限の連絡": "希望する（メール）" if view.case.expiry_notice else "希望しない",
    }
    return [{"key": key, "value": value, "more": [], "before": []} for key, value in given.items()]


def late_changes(policy: Policy, view: CaseView) -> str:
    """What came after the decision, and as what; nothing where nothing did."""
    return "、".join(
        f"{words.FIELDS.get(each.field, each.field)}：{_in_words(policy, each.field, each.wanted)}"
        for each in view.late
    )


def _in_words(policy: Policy, field: str, value: str | None) -> str:
    return word(policy, field, value) if value else "（なし）"


def _row(policy: Policy, field: Field, changes: Sequence[Change], today: date) -> dict[str, Any]:
    shown = field.display or "（なし）"
    if field.name == "birth_date":
        shown = words.birth_date(date.fromisoformat(shown), today)
    before = [
        (
            "申請のあと変更" if each.at else "修正で変更",
            f"前：{_in_words(policy, field.name, each.before)}",
        )
        for each in changes
    ]
    more = []
    if field.raw and field.name not in words.CODED and field.raw != field.display:
        more.append(f"入力：{field.raw}")
    if field.registered is not None:
        more.append(f"登録：{field.registered}（職員が修正しました）")
    return {"key": words.FIELDS.get(field.name, field.name), "value": shown, "more": more, "before": before}


def _check(check: Check) -> dict[str, str]:
    kind, tag = ("warning", "要確認") if check.attention else ("success", "適合")
    return {"kind": kind, "tag": tag, "text": check.text}


def _duplicate(candidate: Candidate, today: date) -> dict[str, Any]:
    number = f"カード {candidate.card_number}" if candidate.card_number else f"申請 {candidate.receipt_number}"
    return {
        "id": candidate.id,
        "name": candidate.name,
        "kana": candidate.kana,
        "reasons": in_words(candidate.reasons),
        "facts": [words.birth_date(candidate.birth_date, today), candidate.address, candidate.phone],
        "number": number,
        "href": f"/cases/{candidate.id}" if candidate.receipt_number else None,
        "verdict": dict(words.VERDICTS).get(candidate.verdict or ""),
    }


def _decision(policy: Policy, view: CaseView, past: PastDecision) -> dict[str, Any]:
    kind, label = words.DECISIONS[past.decision]
    lines = reason_lines(policy, view, past.reasons)
    for each in past.amendments:
        registered = word(policy, each.field, each.registered)
        lines.append(f"{words.FIELDS.get(each.field, each.field)}を「{registered}」に修正しました（{each.reason}）")
    if past.note:
        lines.append(f"補足「{past.note}」")
    if past.same_as:
        lines.append(f"持っているカードの登録を{words.SAME_AS[past.same_as.kind]}と判断")
    if past.decision == APPROVE and past.card_number:
        lines.append(f"カード番号 {past.card_number}")
    return {
        "kind": kind,
        "label": label,
        "at": words.day_and_time(past.decided_at, policy.time_zone),
        "staff": past.username,
        "lines": lines,
    }


def reason_lines(policy: Policy, view: CaseView, reasons: Sequence[Reason]) -> list[str]:
    """The reasons in words, one line each."""
    lines = []
    for each in reasons:
        found = policy.reason(each.code)
        why = policy.text(found.name, "ja") if found else each.code
        lines.append(f"{label_of(view, each.item)}：{why}" + (f"「{each.note}」" if each.note else ""))
    return lines
