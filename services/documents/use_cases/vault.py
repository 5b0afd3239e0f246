"""The context: what the use cases of documents need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from chassis.database import Database
from chassis.pulse import Pulse
from rules.policy import Policy
from services.documents.decoder import Decoder
from services.documents.model.sealing import MasterKeys
from services.documents.objects import Objects
from services.documents.use_cases.room import Room


@dataclass(frozen=True)
class Vault:
    """What every use case of documents takes first."""

    db: Database
    now: Clock
    policy: Policy
    storage: Objects
    #: Gives the master keys as they are now: they may be rotated while we run.
    read_keys: Callable[[], MasterKeys] = field(repr=False)
    decoder: Decoder
    #: The public Ed25519 keys of the services that may call, by name.
    callers: Mapping[str, bytes]
    #: Where the virus scanner is; empty where there is none.
    clamd: str
    room: Room = field(default_factory=Room)
    #: Beats where images are to be destroyed at once.
    erased: Pulse = field(default_factory=Pulse)

    @property
    def keys(self) -> MasterKeys:
        return self.read_keys()

    @property
    def zone(self) -> ZoneInfo:
        """In which days are counted."""
        return ZoneInfo(self.policy.time_zone)
