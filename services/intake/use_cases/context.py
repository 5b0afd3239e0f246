"""What every use case of intake is given first."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from chassis.clock import Clock, today
from chassis.database import Database
from chassis.passwords import PasswordHashing
from chassis.pulse import Pulse
from rules.policy import Policy
from services.intake.documents_client import DocumentsClient
from services.intake.postal_codes import PostalCodes


@dataclass(frozen=True)
class Intake:
    """The database, the one clock, the library's policy, and what intake talks to."""

    db: Database
    now: Clock
    policy: Policy
    hashing: PasswordHashing
    documents: DocumentsClient
    postal_codes: PostalCodes
    #: The address that people see, without a slash at the end.
    public_url: str
    #: Keys the hashes of requests, so that a stored hash tells nothing of a password (32 bytes).
    secret: bytes
    #: Wakes the loop that answers requests for a link.
    link_requested: Pulse = field(default_factory=Pulse)
    #: Photographs that are on their way, by whose they are.
    uploading: Counter[str] = field(default_factory=Counter)
    #: Wakes the loop that has images deleted.
    deletion_due: Pulse = field(default_factory=Pulse)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.policy.time_zone)

    @property
    def today(self) -> date:
        """The day by the library's calendar."""
        return today(self.now, self.zone)
