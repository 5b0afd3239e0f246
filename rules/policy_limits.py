"""What the policy allows anybody who comes: passwords, sessions, rates, sizes."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Passwords:
    minimum_length: int


@dataclass(frozen=True)
class Sessions:
    """How long an applicant stays signed in: without doing anything, and at all."""

    idle_minutes: int = 30
    absolute_hours: int = 12

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        return timedelta(hours=self.absolute_hours)


@dataclass(frozen=True)
class Rate:
    """At most `count` in `seconds`; `per`: address (of the caller), email, application, or all of them together."""

    code: str
    count: int
    seconds: int
    per: str = "all"


@dataclass(frozen=True)
class Limits:
    """`exempt_addresses`: callers from these addresses and networks are not counted by address, e-mail or upload."""

    upload_bytes: int
    image_pixels: int
    documents_per_application: int
    rates: tuple[Rate, ...] = ()
    exempt_addresses: tuple[str, ...] = ()

    def rate(self, code: str, per: str) -> Rate | None:
        """The rate of this code that is counted so; None: no limit."""
        return next((rate for rate in self.rates if (rate.code, rate.per) == (code, per)), None)
