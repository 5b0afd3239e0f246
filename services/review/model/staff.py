"""Staff accounts."""

from dataclasses import dataclass
from uuid import UUID

ROLES = ("reviewer", "supervisor")


@dataclass(frozen=True)
class Staff:
    id: UUID
    username: str
    role: str


@dataclass(frozen=True)
class SignedIn:
    """`token` is shown once; the database keeps only its hash."""

    token: str
    staff: Staff
