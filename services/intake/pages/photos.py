"""The pictures that were sent, as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.web.languages import gettext
from rules.policy import Policy
from services.intake.model.documents import Document
from services.intake.pages import identity, words


@dataclass(frozen=True)
class Photo:
    """One picture, its name, and how large its thumbnail will be (for the page not to jump)."""

    id: UUID
    name: str
    type: str
    side: str
    width: int
    height: int
    #: What may make it hard to read, in words.
    warnings: tuple[str, ...]
    #: The day on which it was destroyed, if it was.
    deleted_on: date | None


def shown(policy: Policy, documents: Iterable[Document]) -> list[Photo]:
    """All of them, with the names of document and side."""
    zone = ZoneInfo(policy.time_zone)
    return [
        Photo(
            id=each.id,
            name=identity.name_of(policy, each.type, each.side),
            type=each.type,
            side=each.side,
            width=each.width,
            height=each.height,
            warnings=tuple(gettext(words.WARNINGS[code]) for code in each.warnings if code in words.WARNINGS),
            deleted_on=each.deleted_at.astimezone(zone).date() if each.deleted_at else None,
        )
        for each in documents
    ]
