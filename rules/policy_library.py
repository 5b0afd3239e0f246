"""The library itself in its policy: who it is, what it says, and who hears of it. One frozen dataclass per table."""

from collections.abc import Mapping
from dataclasses import dataclass

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Library:
    code: str
    name: Texts
    time_zone: str


@dataclass(frozen=True)
class Contact:
    phone: str
    counter: Texts
    hours: Texts
    url: str


@dataclass(frozen=True)
class Mail:
    """`allow_domain` is the domain that applicants are asked to let through.

    `bounce_address`: where mails come back to, with a tag for each mail (bounces+…@); without it, to the sender.
    """

    sender_name: Texts
    sender_address: str
    allow_domain: str
    reply_to: str | None = None
    bounce_address: str | None = None


@dataclass(frozen=True)
class Consent:
    version: str
    text: Texts
    points: tuple[Texts, ...] = ()


@dataclass(frozen=True)
class Guardian:
    """Through which school year a guardian must be named: 9 is 中学生以下. 0: never."""

    through_grade: int


@dataclass(frozen=True)
class Eligibility:
    """Where those are sent who can have no card here."""

    alternatives: Texts


@dataclass(frozen=True)
class MyLibrary:
    """How somebody with a new card signs in for the first time to where loans and reservations are seen."""

    first_sign_in: Texts


@dataclass(frozen=True)
class Pickup:
    """What must be said where the branch for reserved books is chosen (予約受取館)."""

    note: Texts


@dataclass(frozen=True)
class Subscriber:
    """Another system that reads registrations; its queue keeps at most `queue_length` messages."""

    code: str
    name: str
    queue_length: int
    retired: bool = False
