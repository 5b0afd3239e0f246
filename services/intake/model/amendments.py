"""What the applicant changed: while the decision is waited for, and since staff last looked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.understanding import Understood
from services.intake.model.applications import SUBMITTED, Application, Change
from services.intake.model.forms import CHANGEABLE

Values = Mapping[str, Understood]


@dataclass(frozen=True)
class Amendment:
    """Changes that went to review while the decision was waited for. `version` is the application's with them."""

    version: int
    round: int
    at: datetime
    #: All fields as they were before.
    before: Values
    changed: tuple[str, ...]


def may_amend(application: Application) -> bool:
    """Whether a change can still reach the decision, as far as is known here."""
    return application.status == SUBMITTED and application.withdrawal_requested_at is None


def changes(before: Values, after: Values) -> tuple[Change, ...]:
    """The fields that mean something else now. Written otherwise and understood alike is no change."""
    pairs = ((field, before.get(field), after.get(field)) for field in CHANGEABLE)
    return tuple(Change(field, was, now) for field, was, now in pairs if _shown(was) != _shown(now))


def touched(amendments: Iterable[Amendment], handed: Values, now: Values) -> tuple[Change, ...]:
    """Every field that these changed, against what was handed over: also one that is as it was again."""
    names = {field for amendment in amendments for field in amendment.changed}
    return tuple(Change(field, handed.get(field), now.get(field)) for field in CHANGEABLE if field in names)


def known_to_staff(amendments: Sequence[Amendment], decided_on: int | None) -> Values | None:
    """The fields that a decision on this version was made with; None where it knew all (or did not say)."""
    late = [amendment for amendment in amendments if decided_on is not None and amendment.version > decided_on]
    return min(late, key=lambda amendment: amendment.version).before if late else None


def missed(application: Application) -> tuple[Change, ...]:
    """What the applicant wanted and the decision came before: as staff knew it, and as it was wanted."""
    known = application.handed or application.applicant.values
    return tuple(
        Change(field, known.get(field), application.missed[field])
        for field in CHANGEABLE
        if field in application.missed
    )


def _shown(value: Understood | None) -> str:
    return value.display if value else ""
