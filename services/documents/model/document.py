"""A document: one side of an identity document, as asked for and as kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

READING, SCREEN, THUMBNAIL = "reading", "screen", "thumbnail"
#: Long side of each rendition in pixels. Many phones' photos come down to `reading` by halving alone.
RENDITIONS = {READING: 2016, SCREEN: 1024, THUMBNAIL: 320}


@dataclass(frozen=True)
class Rendition:
    """An image made for viewing: upright, sRGB, pixels and nothing else."""

    name: str
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True)
class Upload:
    """What is to be stored. The caller chooses the id; type and side are codes of the policy."""

    id: UUID
    application: UUID
    type: str
    side: str


@dataclass(frozen=True)
class Kept:
    """Where the sealed renditions are and what opens them; gone once the document is deleted."""

    folder: str
    wrapped_key: bytes
    key_name: str
    #: Tells the same upload from another one, without saying anything about its bytes.
    fingerprint: bytes


@dataclass(frozen=True)
class Document:
    """A stored document. Width, height and bytes are those of the reading rendition: the original is never kept."""

    id: UUID
    application: UUID
    type: str
    side: str
    width: int
    height: int
    bytes: int
    warnings: tuple[str, ...]
    mask: str
    stored_at: datetime
    kept: Kept | None
    deleted_at: datetime | None = None

    def is_for(self, upload: Upload) -> bool:
        """Whether a repeated upload means this document."""
        return (self.application, self.type, self.side) == (upload.application, upload.type, upload.side)


def describe(document: Document) -> dict[str, Any]:
    """The answer to an upload, which is also what `document.stored.v1` says."""
    return {
        "id": str(document.id),
        "type": document.type,
        "side": document.side,
        "width": document.width,
        "height": document.height,
        "bytes": document.bytes,
        "warnings": list(document.warnings),
        "mask": document.mask,
    }
