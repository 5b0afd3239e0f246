"""The context: what the use cases of documents need."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from chassis.database import Database
from rules.policy import Policy
from services.documents.decoder import Decoder
from services.documents.model.sealing import MasterKeys
from services.documents.objects import Objects


@dataclass(frozen=True)
class Vault:
    """What every use case of documents takes first."""

    db: Database
    now: Clock
    policy: Policy
    storage: Objects
    keys: MasterKeys
    decoder: Decoder
    #: The public Ed25519 keys of the services that may call, by name.
    callers: Mapping[str, bytes]
    #: Where the virus scanner is; empty where there is none.
    clamd: str

    @property
    def zone(self) -> ZoneInfo:
        """In which days are counted."""
        return ZoneInfo(self.policy.time_zone)
