"""The photographs handed over from one device to another, a computer to a telephone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

#: How long the link can be opened, and how long what it opens stays open.
WITHIN, LASTS = timedelta(minutes=10), timedelta(minutes=30)

WAITING, OPEN, OVER = "waiting", "open", "over"


@dataclass(frozen=True)
class Handover:
    """The newest of an application."""

    application_id: UUID
    created_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None

    def state(self, now: datetime) -> str:
        """Whether it waits to be opened, is open, or is over."""
        if self.ended_at:
            return OVER
        if self.opened_at:
            return OPEN if now < self.opened_at + LASTS else OVER
        return WAITING if now < self.created_at + WITHIN else OVER
