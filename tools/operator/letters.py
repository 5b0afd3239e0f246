"""What a dead letter says of itself: enough to decide what to do with it, and no personal data unless asked for."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from aio_pika.abc import AbstractIncomingMessage

from chassis.retries import ATTEMPT_HEADER

#: Without x-death, which every broker of ours writes, the reason and the time of death are unknown.
UNKNOWN = "unknown"

#: What may be shown of an envelope: not personal, and only where it has the form that the contract gives it.
_ENVELOPE = {
    "id": re.compile(r"[0-9a-f-]{36}"),
    "source": re.compile(r"/[a-z]{1,30}"),
    "type": re.compile(r"[a-z_]{1,40}(\.[a-z0-9_]{1,40}){1,4}"),
    "subject": re.compile(r"[0-9a-f-]{36}"),
    "sequence": re.compile(r"[0-9]{1,18}"),
    "time": re.compile(r"[0-9T:.+-]{19,40}Z?"),
    "traceparent": re.compile(r"[0-9a-f-]{55}"),
}


@dataclass(frozen=True)
class DeadLetter:
    """What a dead letter says of itself without its content."""

    service: str
    #: The queue it came from and goes back to.
    queue: str
    type: str | None
    event_id: str | None
    died_at: datetime | None
    #: The broker's word: `rejected`, or `delivery_limit` where it killed its consumer again and again.
    reason: str
    #: How often its handler failed with it.
    attempts: int
    bytes: int


@dataclass(frozen=True)
class Shown:
    """One dead letter from near. `body` is personal data."""

    letter: DeadLetter
    envelope: Mapping[str, str]
    body: bytes

    def as_data(self, *, with_body: bool) -> dict[str, Any]:
        data = {**asdict(self.letter), "envelope": dict(self.envelope)}
        return {**data, "body": readable(self.body)} if with_body else data


def described(service: str, message: AbstractIncomingMessage) -> DeadLetter:
    deaths = message.headers.get("x-death")
    last: Mapping[str, Any] = deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}
    died = last.get("time")
    attempt = message.headers.get(ATTEMPT_HEADER, 0)
    return DeadLetter(
        service=service,
        queue=message.routing_key or UNKNOWN,
        type=message.type,
        event_id=message.message_id,
        # AMQP's times are in UTC, whichever way the client reads them.
        died_at=died.replace(tzinfo=died.tzinfo or UTC) if isinstance(died, datetime) else None,
        reason=str(last.get("reason", UNKNOWN)),
        attempts=(attempt if isinstance(attempt, int) else 0) + 1,
        bytes=len(message.body),
    )


def envelope_of(body: bytes) -> dict[str, str]:
    """The envelope without its data; what has not the form it should have is left out, as it may be anything."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(envelope, dict):
        return {}
    found = {name: str(envelope[name]) for name in _ENVELOPE if name in envelope}
    return {name: value for name, value in found.items() if _ENVELOPE[name].fullmatch(value)}


def readable(body: bytes) -> Any:
    """The body as data, or where it is no JSON as text."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
