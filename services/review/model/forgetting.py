"""When what review knows of an application is no longer needed, counted in days of the library's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from rules.policy import Policy


@dataclass(frozen=True)
class Limits:
    """Cases that ended before these moments go."""

    approved: datetime
    rejected: datetime
    withdrawn: datetime
    expired: datetime


def limits(policy: Policy, today: date) -> Limits:
    """By how the case ended: the day is over on which it ended, and so many days after it."""
    days = policy.retention.applications
    return Limits(
        _kept_since(policy, today, days.approved),
        _kept_since(policy, today, days.rejected),
        _kept_since(policy, today, days.withdrawn),
        _kept_since(policy, today, days.expired),
    )


def oldest_audit(policy: Policy, today: date) -> datetime:
    """Audit rows before this moment go."""
    return _kept_since(policy, today, policy.retention.audit)


def first_kept_expiry(policy: Policy, today: date) -> date:
    """Registrations that expired before this day go."""
    return today - timedelta(days=policy.retention.registrations_after_expiry)


def lowest_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of this moment (RFC 9562: milliseconds in the first 48 bits)."""
    return UUID(int=round(moment.timestamp() * 1000) << 80)


def _kept_since(policy: Policy, today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=days - 1), time(), ZoneInfo(policy.time_zone))
