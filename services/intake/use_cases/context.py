"""What every use case of intake is given first."""

from dataclasses import dataclass, field

from chassis.clock import Clock
from chassis.database import Database
from chassis.passwords import PasswordHashing
from chassis.pulse import Pulse
from rules.policy import Policy
from services.intake.documents_client import DocumentsClient


@dataclass(frozen=True)
class Intake:
    """The database, the one clock, the library's policy, and what intake talks to."""

    db: Database
    now: Clock
    policy: Policy
    hashing: PasswordHashing
    documents: DocumentsClient
    #: The address that people see, without a slash at the end.
    public_url: str
    #: Keys the hashes of requests, so that a stored hash tells nothing of a password (32 bytes).
    secret: bytes
    #: Wakes the loop that answers requests for a link.
    link_requested: Pulse = field(default_factory=Pulse)
