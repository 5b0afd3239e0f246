"""The library's policy: everything that differs between two cities, read once at start-up from one TOML file.

`load_policy` refuses a file with anything wrong in it and names every problem at once. Texts are tables by
language (`ja` always present). Lists have codes; a code is retired, not deleted, so that old records keep a name.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from rules.policy_cards import CardHandover, CardNumbers
from rules.policy_check import problems_of
from rules.policy_choices import Branch, Category, DocumentType, Kinds, Language, MunicipalityList, Named, Reason
from rules.policy_days import Deadlines, ExpectedTime, Opening, Pause, Retention, StaffDigest
from rules.policy_library import (
    Consent,
    Contact,
    Eligibility,
    Guardian,
    Library,
    Mail,
    MyLibrary,
    Pickup,
    Subscriber,
    Texts,
)
from rules.policy_limits import Limits, Passwords, Sessions
from rules.policy_reader import read_parts


class PolicyError(Exception):
    """The policy cannot be used; `problems` lists all that is wrong with it, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The library's policy has problems:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = list(problems)


class Coded(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def retired(self) -> bool: ...


Entry = TypeVar("Entry", bound=Coded)


@dataclass(frozen=True)
class Policy:
    """What `config/library.toml` says. `version` is the first 12 hex digits of the SHA-256 of the file's bytes."""

    library: Library
    contact: Contact
    mail: Mail
    pickup: Pickup
    guardian: Guardian
    eligibility: Eligibility
    card_numbers: CardNumbers
    card_handover: CardHandover
    opening: Opening
    deadlines: Deadlines
    expected_time: ExpectedTime
    retention: Retention
    passwords: Passwords
    consent: Consent
    limits: Limits
    languages: tuple[Language, ...]
    branches: tuple[Branch, ...]
    municipality_lists: tuple[MunicipalityList, ...]
    categories: tuple[Category, ...]
    document_types: tuple[DocumentType, ...]
    reasons: tuple[Reason, ...]
    hold_contacts: tuple[Named, ...]
    guardian_relations: tuple[Named, ...]
    subscribers: tuple[Subscriber, ...] = ()
    pauses: tuple[Pause, ...] = ()
    staff_digest: StaffDigest = field(default_factory=StaffDigest)
    sessions: Sessions = field(default_factory=Sessions)
    kinds: Kinds = field(default_factory=Kinds)
    my_library: MyLibrary | None = None
    version: str = ""

    @property
    def time_zone(self) -> str:
        """The IANA name, such as Asia/Tokyo; every day and deadline is counted in it."""
        return self.library.time_zone

    def text(self, texts: Mapping[str, str], language: str) -> str:
        """The text in this language, else in Japanese; やさしい日本語 falls back to Japanese too."""
        return texts.get(language) or texts["ja"]

    def branch(self, code: str) -> Branch | None:
        return find(self.branches, code)

    def category(self, code: str) -> Category | None:
        return find(self.categories, code)

    def document_type(self, code: str) -> DocumentType | None:
        return find(self.document_types, code)

    def reason(self, code: str) -> Reason | None:
        return find(self.reasons, code)


def find(entries: Sequence[Entry], code: str) -> Entry | None:
    """The entry of this code, retired ones included: an old record still has a name."""
    return next((entry for entry in entries if entry.code == code), None)


def current(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Those that may be chosen today."""
    return tuple(entry for entry in entries if not entry.retired)


def usable(entries: Sequence[Entry], code: str) -> bool:
    """Whether a new application may use this code."""
    found = find(entries, code)
    return found is not None and not found.retired


def load_policy(path: Path | str) -> Policy:
    """Read and check the file. Raises PolicyError with every problem at once, also when it cannot be read."""
    try:
        content = Path(path).read_bytes()
        table = tomllib.loads(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError([f"{path}: {error}"]) from error
    problems: list[str] = []
    parts = read_parts(Policy, table, "", problems, skip=("version",))
    # What could be read is checked even if other parts could not: all the problems in one go.
    problems += problems_of(parts, table)
    if problems:
        raise PolicyError(problems)
    return Policy(**parts, version=hashlib.sha256(content).hexdigest()[:12])


__all__ = ["Policy", "PolicyError", "Texts", "current", "find", "load_policy", "usable"]
