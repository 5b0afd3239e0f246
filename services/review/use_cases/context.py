"""What review's use cases need."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from chassis.database import Database
from chassis.passwords import PasswordHashing
from rules.policy import Policy
from services.review.documents_client import DocumentsClient


@dataclass(frozen=True)
class Review:
    db: Database
    now: Clock
    policy: Policy
    hashing: PasswordHashing
    documents: DocumentsClient


def zone(review: Review) -> ZoneInfo:
    """The time zone by which days and deadlines are counted."""
    return ZoneInfo(review.policy.time_zone)
