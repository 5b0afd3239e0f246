"""What notifier's use cases need."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from chassis.clock import Clock, today
from chassis.database import Database
from chassis.pulse import Pulse
from rules.policy import Policy
from services.notifier.signing import Signer
from services.notifier.smtp import MailServer


@dataclass(frozen=True)
class Notifier:
    """What the use cases need. `wake` beats when there may be something to send."""

    db: Database
    now: Clock
    policy: Policy
    server: MailServer
    #: The pages that links in mails lead to, without a slash at the end.
    public_url: str
    #: Where staff sign in, likewise.
    review_url: str
    #: None: mails are not signed here.
    signer: Signer | None
    #: Of the token that tells of mails that came back; None: nobody may.
    bounce_token_hash: bytes | None
    wake: Pulse

    @property
    def today(self) -> date:
        """The library's day."""
        return today(self.now, ZoneInfo(self.policy.time_zone))
