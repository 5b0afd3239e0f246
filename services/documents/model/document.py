"""A document: one side of an identity document, as asked for and as kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

#: Whether something on the image must be covered, and whether somebody has seen to it.
NOT_NEEDED, PENDING, DONE = "none", "pending", "done"
READING, SCREEN, THUMBNAIL = "reading", "screen", "thumbnail"
#: Most pixels of each rendition's long side. Phones' photos come down to them by halving (4032 -> 2016 -> 1008) and by
#: thirds (-> 336), which costs next to nothing; 200 MP (16320 -> 2040) do too.
RENDITIONS = {READING: 2048, SCREEN: 1024, THUMBNAIL: 342}

#: Pixels of what our own JPEGs code together, either way.
GRID = 16

BLURRED, CUT_OFF, DARK, GLARE, TOO_SMALL = "blurred", "cut_off", "dark", "glare", "too_small"
#: The card is small within the picture; there is nothing on it at all.
SMALL, BLANK = "small", "blank"
#: Its last rows were not in the file; it is too long or too large for its print to be kept.
INCOMPLETE, SHRUNK = "incomplete", "shrunk"
#: What may be noticed about a picture, see warnings.py.
WARNINGS = (BLURRED, CUT_OFF, DARK, GLARE, TOO_SMALL, SMALL, BLANK, INCOMPLETE, SHRUNK)
#: A warning too: this very file stood there when the application was submitted, and another one was asked for.
SAME_IMAGE = "same_image"


@dataclass(frozen=True)
class Rendition:
    """An image made for viewing: upright, sRGB, pixels and nothing else."""

    name: str
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True)
class Cleaned:
    """What became of an image: its renditions, largest first, and codes for what was noticed about it."""

    renditions: tuple[Rendition, ...]
    warnings: tuple[str, ...]
    #: Pixels of the reading rendition over which the coding of what was sent carried what is at one place (masking.py).
    reach: int = 0


@dataclass(frozen=True)
class Upload:
    """What is to be stored. The caller chooses the id; type and side are codes of the policy."""

    id: UUID
    application: UUID
    type: str
    side: str


@dataclass(frozen=True)
class Kept:
    """Where the sealed renditions and what opens them are; gone once the document is deleted."""

    folder: str
    #: The master key that wrapped the document's key; while keys are wrapped anew the object itself knows better.
    key_name: str
    #: Tells the same upload from another one, without saying anything about its bytes; empty once masked.
    fingerprint: bytes
    #: Tells the same file from another one within its application (sealing.marks); empty once masked.
    mark: bytes
    #: Only where the key has not been moved to the images yet (ADR 0010).
    wrapped_key: bytes | None = None


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
    #: See Cleaned.
    reach: int
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
