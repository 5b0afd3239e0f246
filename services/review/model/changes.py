"""What applicants changed: in a correction, or while they wait for the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.review.model.applications import FIELDS, TYPED, Applicant, Typed


@dataclass(frozen=True)
class Amendment:
    """Everything that was changed since the round was handed over. `version` is the application's."""

    round: int
    version: int
    at: datetime
    policy_version: str
    #: {field: {before, after}}, as application.amended.v1 has it.
    changes: Mapping[str, Mapping[str, Any]]
    outcomes: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One field that the applicant changed, as it was before, for people to read; None: it was empty."""

    field: str
    before: str | None
    #: When, where it was after the submission; None where it was the correction that staff asked for.
    at: datetime | None


def amended(applicant: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The applicant, as heard, with these changes."""
    return {**applicant, **{field: _now(field, change["after"]) for field, change in changes.items()}}


def mended(before: Applicant, after: Applicant) -> dict[str, str | None]:
    """The fields that mean something else now, as they were before (codes as they are)."""
    was, now = _shown(before), _shown(after)
    return {field: was[field] for field in FIELDS if was[field] != now[field]}


@dataclass(frozen=True)
class Late:
    """A change that came after the decision, as the applicant wanted it; None: to be empty."""

    field: str
    wanted: str | None


def changes_of(
    mended: Mapping[str, str | None], amendment: Amendment | None, version: int | None
) -> tuple[Change, ...]:
    """What staff should see in a case of this version: what was changed back meanwhile is none."""
    found = [Change(field, mended[field], None) for field in FIELDS if field in mended]
    if amendment and not _came_late(amendment, version):
        found += [
            Change(field, amendment.changes[field]["before"], amendment.at)
            for field in FIELDS
            if field in amendment.changes and _after(amendment.changes[field]) != amendment.changes[field]["before"]
        ]
    return tuple(found)


def late_of(applicant: Applicant, amendment: Amendment | None, version: int | None) -> tuple[Late, ...]:
    """What the applicant wanted and the decision on this version came before."""
    if amendment is None or not _came_late(amendment, version):
        return ()
    known = _shown(applicant)
    wanted = {field: _after(amendment.changes[field]) for field in FIELDS if field in amendment.changes}
    return tuple(Late(field, value) for field, value in wanted.items() if value != known[field])


def _came_late(amendment: Amendment, version: int | None) -> bool:
    return amendment.version > (version or 0)


def _after(change: Mapping[str, Any]) -> str | None:
    return change["after"]["display"] if change["after"] else None


def _now(field: str, after: Mapping[str, str] | None) -> Any:
    if after is None or field in TYPED:
        return after
    return after["display"]


def _shown(applicant: Applicant) -> dict[str, str | None]:
    return {field: _text(getattr(applicant, field)) for field in FIELDS}


def _text(value: Any) -> str | None:
    if isinstance(value, Typed):
        return value.display
    return value.isoformat() if isinstance(value, date) else value
