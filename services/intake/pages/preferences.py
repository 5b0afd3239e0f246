"""How the applicant wants to be written to: a part of the page of the status."""

from dataclasses import dataclass

from rules.policy import Policy, current
from services.intake.model.applications import EXPIRED, WITHDRAWN, Application

#: Nothing is mailed of them any more, and no card came of them.
_OVER = (WITHDRAWN, EXPIRED)


@dataclass(frozen=True)
class Chosen:
    """What stands in the form. `languages`: (code, name, HTML's name of it) of each that may be chosen."""

    languages: list[tuple[str, str, str]]
    language: str
    expiry_notice: bool


def chosen(policy: Policy, application: Application) -> Chosen | None:
    """As it is now; None where it matters no more."""
    if application.status in _OVER:
        return None
    applicant = application.applicant
    # A language that was retired stays until another is chosen.
    own = [each for each in policy.languages if each.code == applicant.language]
    chosen = {each.code: (each.code, each.name, each.html_lang) for each in (*current(policy.languages), *own)}
    return Chosen(list(chosen.values()), applicant.language, applicant.expiry_notice)
