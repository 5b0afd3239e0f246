"""The one injected clock: nothing else in the services asks the machine what time it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: Returns the current time, aware, in UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


def today(now: Clock, zone: ZoneInfo) -> date:
    """The calendar day in `zone`, by which deadlines and ages are counted."""
    return now().astimezone(zone).date()
