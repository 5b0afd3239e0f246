"""Identity documents of an application: only what is known about the images, never the images."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: Its id was chosen, the answer of documents is not known yet.
CHOSEN = "chosen"
STORED = "stored"
#: Replaced, removed or refused; at documents it is deleted.
REMOVED = "removed"


@dataclass(frozen=True)
class Document:
    """One side of one document. `round` is the submission with which it first goes to review."""

    id: UUID
    application_id: UUID
    type: str
    side: str
    #: What the applicant said; None where it was not asked.
    shows_current_address: bool | None
    state: str
    round: int
    chosen_at: datetime
    width: int = 0
    height: int = 0
    warnings: tuple[str, ...] = ()
    #: Whether something on the image must be covered (`none`, `pending`), and whether somebody has seen to it (`done`).
    mask: str = "none"
    #: When documents destroyed the image; the row stays, for the applicant to see.
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class StoredImage:
    """What documents answers about an image that it keeps."""

    width: int
    height: int
    warnings: tuple[str, ...]
    mask: str
