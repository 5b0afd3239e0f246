"""Slips that staff mend: understood as what applicants type is, and kept beside what was applied for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.errors import FieldError
from rules import card_numbers
from rules.policy import Policy, usable
from rules.understanding import understand
from services.review.model.applications import Applicant, Typed
from services.review.model.decisions import Amended, Amendment

_TYPED = {
    "name": 120,
    "kana": 120,
    "postal_code": 120,
    "address": 300,
    "phone": 120,
    "guardian_name": 120,
    "organisation_name": 120,
    "organisation_address": 300,
}
#: The e-mail is none of them: the applicant has proven it, and the mails go there.
AMENDABLE = (*_TYPED, "birth_date", "card_number", "category", "pickup_branch", "hold_contact")
LONGEST_REASON = 200


def amend(
    policy: Policy, applicant: Applicant, amendments: Sequence[Amendment], today: date
) -> tuple[Applicant, tuple[Amended, ...], list[FieldError]]:
    """The applicant as it will be registered, what was changed, and every fault.

    Faults of `amendments/<n>/field`: `field_unknown`, `field_twice`; of `/reason`: `required`, `too_long`; of `/value`: the
    codes of rules.understanding and rules.card_numbers, and `code_unknown` for a category, branch or hold contact that cannot be chosen.
    """
    faults: list[FieldError] = []
    kept: list[Amended] = []
    for number, amendment in enumerate(amendments):
        place = f"amendments/{number}"
        wrong = _wrong_form(amendment, {each.field for each in kept})
        if wrong is None:
            applied = _shown(applicant, amendment.field)
            applicant, wrong = _with(policy, applicant, amendment, today)
        if wrong is not None:
            faults.append(FieldError(f"{place}/{wrong[0]}", wrong[1]))
            continue
        registered = _shown(applicant, amendment.field)
        assert registered is not None
        kept.append(Amended(amendment.field, applied, registered, amendment.reason.strip()))
    return applicant, tuple(kept), faults


def _wrong_form(amendment: Amendment, before: set[str]) -> tuple[str, str] | None:
    if amendment.field not in AMENDABLE:
        return "field", "field_unknown"
    if amendment.field in before:
        return "field", "field_twice"
    if not amendment.reason.strip():
        return "reason", "required"
    if len(amendment.reason) > LONGEST_REASON:
        return "reason", "too_long"
    return None


def _with(
    policy: Policy, applicant: Applicant, amendment: Amendment, today: date
) -> tuple[Applicant, tuple[str, str] | None]:
    name, value = amendment.field, amendment.value
    if name in ("category", "pickup_branch", "hold_contact"):
        entries = {
            "category": usable(policy.categories, value),
            "pickup_branch": usable(policy.branches, value) and policy.branch(value) in _pickup(policy),
            "hold_contact": usable(policy.hold_contacts, value),
        }
        return (replace(applicant, **{name: value}), None) if entries[name] else (applicant, ("value", "code_unknown"))  # type: ignore[arg-type]
    if name == "card_number":
        wrong = card_numbers.problem(policy.card_numbers, value)
        number = card_numbers.understood(policy.card_numbers, value)
        return (applicant, ("value", wrong)) if wrong else (replace(applicant, card_number=number), None)
    understood = understand(name, value, today=today)
    if understood.error:
        return applicant, ("value", understood.error)
    if name == "birth_date":
        return replace(applicant, birth_date=date.fromisoformat(understood.display)), None
    if max(len(understood.raw), len(understood.display), len(understood.match_key)) > _TYPED[name]:
        return applicant, ("value", "too_long")
    typed = Typed(understood.raw, understood.display, understood.match_key)
    return replace(applicant, **{name: typed}), None  # type: ignore[arg-type]


def _pickup(policy: Policy) -> list[object]:
    return [branch for branch in policy.branches if branch.pickup]


def _shown(applicant: Applicant, name: str) -> str | None:
    value = getattr(applicant, name)
    if isinstance(value, Typed):
        return value.display
    return value.isoformat() if isinstance(value, date) else value
