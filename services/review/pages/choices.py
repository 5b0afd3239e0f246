"""What the decision forms offer: items, reasons, the card number, the deadline. All of it is the policy's."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from rules.opening_days import correction_deadline
from rules.policy import Policy, current
from rules.policy_choices import Reason
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
            if (reasons := _reasons(policy, item, CORRECT, _warnings(view, item)))
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
        "same_as": _same_as(view),
        "amendable": _amendable(policy, view),
    }


def labels(view: CaseView) -> Mapping[str, str]:
    """What stands before a message, where many fields are alike."""
    items = [f"document:{each.id}" for each in view.documents] + [f"field:{each.name}" for each in view.applicant]
    named = {item: label_of(view, item) for item in [*items, "application"]}
    return {f"{part}-{item}": f"{label}：" for item, label in named.items() for part in ("reason", "note")}


def _amendable(policy: Policy, view: CaseView) -> list[tuple[str, str]]:
    """Fields whose right value is typed, and values that are chosen from the policy (`category=commuter`)."""
    # Staff find the number of a lost card; whoever is new has none, and any other is typed beside the approval.
    replaces = view.case.kind == "replacement"
    typed = [
        (name, words.FIELDS[name])
        for name in AMENDABLE
        if name not in words.CODED and (replaces or name != "card_number")
    ]
    chosen = [("category", each) for each in current(policy.categories)]
    return typed + [
        (f"{field}={each.code}", f"{words.FIELDS[field]}を「{policy.text(each.name, 'ja')}」に")
        for field, each in chosen
    ]


def _reasons(policy: Policy, item: str, decision: str, warned: Collection[str] = ()) -> list[tuple[str, str]]:
    """(code, name and the text that the applicant reads); what the photograph was warned of first. Nothing is chosen."""
    fitting = [each for each in policy.reasons if reason_problem(policy, each.code, item, decision) is None]

    def said(reason: Reason) -> str:
        name, text = reason.name, reason.text_when_rejected if decision == REJECT else reason.text
        warning = "（写真の警告）" if reason.code in warned else ""
        return f"{policy.text(name, 'ja')}{warning}｜{policy.text(text, 'ja')}"

    return [(each.code, said(each)) for each in sorted(fitting, key=lambda each: each.code not in warned)]


def _warnings(view: CaseView, item: str) -> tuple[str, ...]:
    """What the machine saw on this photograph: some of these have the code of a reason."""
    return next((each.warnings for each in view.documents if item == f"document:{each.id}"), ())


def _value(view: CaseView, item: str) -> str:
    sort, _, name = item.partition(":")
    return value_of(view, name) if sort == "field" else ""


def _card(policy: Policy, view: CaseView) -> dict[str, Any]:
    """Whether staff type the number, and what approving does. `unnamed`: staff say whose card was lost,
    by its number or by one of the registrations that are `nameable`."""
    kind, counted = view.case.kind, policy.card_numbers.source == "range"
    given = value_of(view, "card_number")
    if kind in _KEEPS_NUMBER:
        typed, says, hint = True, _KEEPS_NUMBER[kind], f"申請者の入力：{given}"
    elif kind == "replacement":
        typed, says, hint = (
            not counted,
            "新しい番号で登録して前の番号を無効にし、申請者にメールで伝えます。",
            "新しいカードの番号",
        )
    elif counted:
        typed, says, hint = False, "番号は自動で付き、申請者にメールで伝えます。", ""
    else:
        typed, says, hint = True, "この番号で登録し、申請者にメールで伝えます。", f"申請者の入力：{given}"
    return {
        "typed": typed,
        "says": says,
        "hint": hint if given or kind == "replacement" else None,
        "unnamed": kind == "replacement" and not given,
        "nameable": _nameable(view) if kind == "replacement" and not given else (),
    }


def _nameable(view: CaseView) -> tuple[UUID, ...]:
    """Registrations of perhaps this person: a case has no card yet, and a card of another birth date is not theirs."""
    born = value_of(view, "birth_date")
    return tuple(
        each.id for each in view.duplicates if each.source == "registration" and each.birth_date.isoformat() == born
    )


def _same_as(view: CaseView) -> list[tuple[str, str]]:
    """Registrations that may be this person's, strongest first, and what the approval may do to each."""
    born = value_of(view, "birth_date")
    held = [view.card_holder] if view.card_holder else []
    known = [each for each in view.duplicates if each.source == "registration" and each.birth_date.isoformat() == born]
    return [
        (f"{each.id} {kind}", f"{each.name}（カード {each.card_number}）を{said}")
        for each in [*held, *known][:_MOST_NAMED]
        for kind, said in words.SAME_AS.items()
    ]


#: More would be a list that nobody reads; they are the strongest.
_MOST_NAMED = 10
_KEEPS_NUMBER = {
    "renewal": "登録を更新し、申請者にメールで伝えます。",
    "change": "登録の内容を変更し、申請者にメールで伝えます。番号は変わりません。",
}
