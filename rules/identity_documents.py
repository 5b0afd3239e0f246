"""Which documents together prove what, which are refused, and why."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rules.policy_choices import DocumentType

if TYPE_CHECKING:
    from rules.policy import Policy


@dataclass(frozen=True)
class Document:
    """One document as sent: its type, the sides sent, and whether its front shows the current address."""

    type: str
    sides: frozenset[str]
    shows_current_address: bool = True


def document_type(policy: "Policy", code: str) -> DocumentType | None:
    """The type whose rules this code has: a マイナ免許証 is a My Number card."""
    found = policy.document_type(code)
    if found is not None and found.treat_as:
        return policy.document_type(found.treat_as)
    return found


def offered_to(kinds: Iterable[DocumentType], age: int) -> list[DocumentType]:
    """Those that somebody of this age can have; what is made for the young comes first."""
    having = [
        kind
        for kind in kinds
        if (kind.least_age is None or kind.least_age <= age) and (kind.most_age is None or age <= kind.most_age)
    ]
    return sorted(having, key=lambda kind: kind.most_age is None)


def refusal(policy: "Policy", type: str, side: str, on: date) -> str | None:
    """Why this side of this document is refused on this day, or None.

    `unknown_type`, `unknown_side`, `document_ended` and `document_not_yet_valid`, or the policy's own code
    (`hokensho_ended`, `tsuchi_card`, `mynumber_back`, `check_individual_number`).
    """
    named = policy.document_type(type)
    kind = document_type(policy, type)
    if named is None or kind is None:
        return "unknown_type"
    for each in (named, kind):
        if each.retired:
            return each.refused_as or "document_ended"
        if each.valid_until and on > each.valid_until:
            return each.refused_as or "document_ended"
        if each.valid_from and on < each.valid_from:
            return "document_not_yet_valid"
        if each.refused_as and not each.valid_until:
            return each.refused_as
    found = next((each for each in kind.sides if each.code == side), None)
    return "unknown_side" if found is None else found.refused_as


def missing_proofs(policy: "Policy", category: str, documents: Iterable[Document], on: date) -> list[str]:
    """What the category needs and these documents do not prove, in the policy's order; [] when all is proven.

    Raises KeyError for an unknown category. A refused document or side proves nothing.
    """
    needs = policy.category(category)
    if needs is None:
        raise KeyError(category)
    given: set[str] = set()
    for document in documents:
        given |= _proofs(policy, document, on)
    return [proof for proof in needs.proofs if proof not in given]


def missing_sides(policy: "Policy", documents: Iterable[Document], on: date) -> list[tuple[str, str]]:
    """(type, side) of each required side that was not sent of a document that was begun."""
    found = []
    for document in documents:
        kind = document_type(policy, document.type)
        for side in kind.sides if kind else ():
            if side.required and side.code not in document.sides and not refusal(policy, document.type, side.code, on):
                found.append((document.type, side.code))
    return found


def sides_that_help(policy: "Policy", document: Document) -> list[str]:
    """Sides not sent yet on which the present address may be written: the back of a licence with a new one (`need_back`),
    所持人記入欄 of a passport, which has it nowhere else."""
    kind = document_type(policy, document.type)
    if kind is None:
        return []
    elsewhere = any("current_address" in side.proves and not side.address_changes for side in kind.sides)
    if document.shows_current_address and elsewhere:
        return []
    return [side.code for side in kind.sides if side.address_changes and side.code not in document.sides]


def too_old(policy: "Policy", type: str, issued_on: date, on: date) -> bool:
    """Whether the document was issued too long ago; the last day of its months is still good (month ends cut)."""
    kind = document_type(policy, type)
    if kind is None or kind.issued_within_months is None:
        return False
    return on > add_months(issued_on, kind.issued_within_months)


def expired(expires_on: date, on: date) -> bool:
    """A document is valid through the end of the printed day."""
    return on > expires_on


def add_months(day: date, months: int) -> date:
    """30 November and 3 months is 28 (or 29) February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _proofs(policy: "Policy", document: Document, on: date) -> set[str]:
    kind = document_type(policy, document.type)
    given: set[str] = set()
    for side in kind.sides if kind else ():
        if side.code in document.sides and refusal(policy, document.type, side.code, on) is None:
            shows_address = document.shows_current_address or side.address_changes
            given |= {proof for proof in side.proves if proof != "current_address" or shows_address}
    return given
