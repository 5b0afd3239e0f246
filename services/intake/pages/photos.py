"""The pictures that were sent, as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from rules.policy import Policy
from services.intake.model.documents import Document
from services.intake.pages import identity


@dataclass(frozen=True)
class Photo:
    """One picture, its name, and how large its thumbnail will be (for the page not to jump)."""

    id: UUID
    name: str
    type: str
    side: str
    width: int
    height: int


def shown(policy: Policy, documents: Iterable[Document]) -> list[Photo]:
    """All of them, with the names of document and side."""
    return [
        Photo(each.id, identity.name_of(policy, each.type, each.side), each.type, each.side, each.width, each.height)
        for each in documents
    ]
