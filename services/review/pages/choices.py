"""What the decision forms offer: items, reasons, the card number, the deadline. All of it is the policy's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.opening_days import correction_deadline
from rules.policy import Policy, current
from rules.reasons import reason_problem
from services.review.model import CORRECT, REJECT, CaseView
from services.review.model.amendments import AMENDABLE
from services.review.pages import words
from services.review.pages.facts import label_of, value_of


def offered(policy: Policy, view: CaseView, today: date) -> dict[str, Any]:
    """The choices of the three forms."""
    documents = [f"document:{each.id}" for each in view.documents]
    # Others may be asked for although nothing was given (a guardian); a card that nobody has cannot.
    fields = [
        f"field:{each.name}"
        for each in view.applicant
        if each.name in words.FIELDS and (each.display or each.name != "card_number")
    ]
    every = [*documents, *fields, "application"]
    return {
        "card": _card(policy, view),
        "correctable": [
            {"item": item, "label": label_of(view, item), "value": _value(view, item), "reasons": reasons}
            for item in every
            if (reasons := _reasons(policy, item, CORRECT))
        ],
        "reject_reasons": [
            (f"{item} {code}", text if item == "application" else f"{label_of(view, item)}：{text}")
            for item in ["application", *documents, *fields]
            for code, text in _reasons(policy, item, REJECT)
            # Every field has the reasons of the whole application too: they need no second place.
            if item == "application" or reason_problem(policy, code, "application", REJECT)
        ],
        "deadline": words.day(correction_deadline(policy, today)),
        "verdicts": words.VERDICTS,
        "amendable": _amendable(policy),
    }


def labels(view: CaseView) -> Mapping[str, str]:
    """What stands before a message, where many fields are alike."""
    items = [f"document:{each.id}" for each in view.documents] + [f"field:{each.name}" for each in view.applicant]
    named = {item: label_of(view, item) for item in [*items, "application"]}
    return {f"{part}-{item}": f"{label}：" for item, label in named.items() for part in ("reason", "note")}


def _amendable(policy: Policy) -> list[tuple[str, str]]:
    """Fields whose right value is typed, and values that are chosen from the policy (`category=commuter`)."""
    typed = [(name, words.FIELDS[name]) for name in AMENDABLE if name not in words.CODED]
    chosen = [("category", each) for each in current(policy.categories)]
    return typed + [
        (f"{field}={each.code}", f"{words.FIELDS[field]}を「{policy.text(each.name, 'ja')}」に")
        for field, each in chosen
    ]


def _reasons(policy: Policy, item: str, decision: str) -> list[tuple[str, str]]:
    """(code, name and the text that the applicant reads)."""
    return [
        (each.code, f"{policy.text(each.name, 'ja')}｜{policy.text(each.text, 'ja')}")
        for each in policy.reasons
        if reason_problem(policy, each.code, item, decision) is None
    ]


def _value(view: CaseView, item: str) -> str:
    sort, _, name = item.partition(":")
    return value_of(view, name) if sort == "field" else ""


def _card(policy: Policy, view: CaseView) -> dict[str, Any]:
    """Whether staff type the number, and what approving does."""
    renewal = view.case.kind == "renewal"
    typed = renewal or policy.card_numbers.source != "range"
    given = value_of(view, "card_number")
    if renewal:
        says = "登録を更新し、申請者にメールで伝えます。"
    elif typed:
        says = "この番号で登録し、申請者にメールで伝えます。"
    else:
        says = "番号は自動で付き、申請者にメールで伝えます。"
    return {"typed": typed, "says": says, "hint": f"申請者の入力：{given}" if given else None}
