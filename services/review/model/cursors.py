"""Where a page of the queue ends: opaque to the caller, checked when it comes back."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from services.review.model.cases import Case

#: First round or not, waiting since, id: the order of the queue.
Place = tuple[bool, datetime, UUID]


def cursor_of(case: Case) -> str:
    """The place of this case in the queue."""
    place = f"{int(case.round == 1)}|{case.waiting_since.isoformat()}|{case.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place | None:
    """The place that `cursor_of` wrote, or None where it did not write this."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        first, since, id_ = text.split("|")
        place = first == "1", datetime.fromisoformat(since), UUID(id_)
    except (ValueError, binascii.Error):
        return None
    written = f"{int(place[0])}|{place[1].isoformat()}|{place[2]}"
    return place if written == text and place[1].tzinfo else None
