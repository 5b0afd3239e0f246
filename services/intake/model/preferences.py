"""How the applicant wants to be written to: in which language, and whether before the card expires."""

from rules.policy import Policy
from services.intake.model.applications import Applicant
from services.intake.model.forms import code_problem


def language_problem(policy: Policy, applicant: Applicant, wanted: str) -> str | None:
    """Why this language cannot be chosen; the one of now may stay, also where it is retired."""
    return None if wanted == applicant.language else code_problem(policy.languages, wanted)


def changed(before: Applicant, after: Applicant) -> tuple[str, ...]:
    """What is other than before, as `application.contact_changed.v1` names it."""
    names = ("language", "expiry_notice")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
