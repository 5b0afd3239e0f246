"""What was promised to applicants and has become late, and what staff are told every day."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

#: The digest is about no one application: this is what its events are about.
DIGEST = UUID("019a8f00-0000-7000-8000-00000d19e570")


@dataclass(frozen=True)
class Late:
    """A case whose promised day has passed."""

    id: UUID
    application_id: UUID
    round: int


@dataclass(frozen=True)
class Digest:
    """Counts of what waits for staff on the day `on`. `waiting` includes claimed and overdue cases."""

    on: date
    waiting: int
    overdue: int
    longest_wait_days: int
    correction_requested: int
    undelivered: int
