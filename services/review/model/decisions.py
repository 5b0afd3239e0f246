"""Decisions: what staff say about a case, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

APPROVE, CORRECT, REJECT = "approve", "correct", "reject"
DECISIONS = (APPROVE, CORRECT, REJECT)
#: Of a duplicate candidate: another person, the same one, or not known.
DIFFERENT, SAME = "different", "same"
VERDICTS = (DIFFERENT, SAME, "unsure")
#: What an approval may be to a registration that the person has.
SAME_AS = ("renewal", "change", "replacement")


@dataclass(frozen=True)
class Reason:
    """Why. `item` is `document:<id>`, `field:<name>` or `application`; `code` is from the policy's catalogue."""

    item: str
    code: str
    note: str | None = None


@dataclass(frozen=True)
class Amendment:
    """A slip that staff mend: the field, its value as typed by staff (or a code), and why."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Amended:
    """An amendment as kept: as applied and as registered."""

    field: str
    applied: str | None
    registered: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """`candidate` is the id of a duplicate candidate of this case."""

    candidate: UUID
    verdict: str


@dataclass(frozen=True)
class SameAs:
    """The applicant has this registration already: the approval is its `kind` (of SAME_AS), and no second card."""

    registration: UUID
    kind: str


@dataclass(frozen=True)
class Decision:
    """What staff send. `version` is the case's version as last read."""

    version: int
    decision: str
    reasons: tuple[Reason, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    card_number: str | None = None
    #: To the applicant, with a rejection.
    note: str | None = None
    same_as: SameAs | None = None


@dataclass(frozen=True)
class Decided:
    """The case after the decision; `card_number` after an approval."""

    status: str
    version: int
    card_number: str | None


@dataclass(frozen=True)
class PastDecision:
    """A decision as kept."""

    decision: str
    round: int
    decided_at: datetime
    username: str
    reasons: tuple[Reason, ...]
    amendments: tuple[Amended, ...]
    verdicts: tuple[Verdict, ...]
    note: str | None
    card_number: str | None
    #: At that time the card to renew was not known here.
    card_unknown: bool
    same_as: SameAs | None = None


def last_verdicts(past: Sequence[PastDecision], decision: Decision | None = None) -> dict[UUID, str]:
    """What staff said last of each candidate of a case: in its decisions (oldest first), and in the one that is made now."""
    said: dict[UUID, str] = {}
    decided: list[PastDecision | Decision] = [*past, *([decision] if decision else [])]
    for each in decided:
        said |= {verdict.candidate: verdict.verdict for verdict in each.verdicts}
        if each.same_as:
            said[each.same_as.registration] = SAME
    return said
