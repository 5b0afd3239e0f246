"""Events: CloudEvents 1.0 in structured JSON, checked against their schemas on record and on receipt."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import jsonschema_rs

from chassis.unseen import UNSEEN, clean_json

#: More than this is refused on record; what is larger (an image) does not travel in an event.
MAX_EVENT_BYTES = 64 * 1024
CONTENT_TYPE = "application/cloudevents+json"


class Contract(Protocol):
    """What the chassis needs to know of an event's contract."""

    @property
    def type(self) -> str: ...
    @property
    def producer(self) -> str: ...
    @property
    def heard_by(self) -> Sequence[str]: ...
    @property
    def schema(self) -> Mapping[str, Any]: ...


class BadEvent(Exception):
    """An event that breaks its contract. The message names the place and the rule, never the value."""


@dataclass(frozen=True)
class NewEvent:
    """What happened, before it is numbered and recorded. `type` is also the routing key and the schema's name."""

    type: str
    subject: UUID
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """What happened, as recorded by `source`; `sequence` counts that source's events about `subject` from 1."""

    id: UUID
    source: str
    type: str
    subject: UUID
    sequence: int
    time: datetime
    data: Mapping[str, Any]
    traceparent: str | None = None


class EventSchemas:
    """The validators of all contracts, built once."""

    def __init__(self, contracts: Mapping[str, Contract], envelope: Mapping[str, Any]) -> None:
        self.contracts = contracts
        self._envelope = _validator(envelope)
        self._data = {name: _validator(contract.schema) for name, contract in contracts.items()}

    def check_data(self, type_: str, data: Mapping[str, Any]) -> None:
        """Raises BadEvent where `data` is not what the contract of `type_` says."""
        if type_ not in self._data:
            raise BadEvent(f"unknown event type {type_}")
        _check(self._data[type_], data)

    def blanked_once_sent(self, type_: str) -> Sequence[str]:
        """Fields of the data that the contract keeps in no outbox: `x-blanked-once-sent`."""
        contract = self.contracts.get(type_)
        return contract.schema.get("x-blanked-once-sent", ()) if contract else ()

    def erases_subject(self, type_: str) -> bool:
        """Whether an event of this type says that its subject was erased: `x-erases-subject`."""
        contract = self.contracts.get(type_)
        return contract is not None and contract.schema.get("x-erases-subject") is True

    def decode(self, body: bytes) -> Event:
        """The event in a message, its texts `clean`.

        Raises BadEvent where it breaks the envelope's or its type's schema, or is not said by whom the contract names.
        """
        try:
            text = body.decode()
            envelope = json.loads(text)
            if UNSEEN.search(text) or "\\u" in text:
                envelope = clean_json(envelope)
        except (ValueError, RecursionError):
            raise BadEvent("not JSON") from None
        _check(self._envelope, envelope)
        self.check_data(envelope["type"], envelope["data"])
        producer = self.contracts[envelope["type"]].producer
        if envelope["source"] != f"/{producer}":
            raise BadEvent(f"source is not /{producer}")
        return event_of(envelope)


def event_of(envelope: Mapping[str, Any]) -> Event:
    """The event in a structured CloudEvent that keeps to the envelope's schema."""
    return Event(
        id=UUID(envelope["id"]),
        source=envelope["source"],
        type=envelope["type"],
        subject=UUID(envelope["subject"]),
        sequence=envelope["sequence"],
        time=datetime.fromisoformat(envelope["time"]),
        data=envelope["data"],
        traceparent=envelope.get("traceparent"),
    )


def envelope_of(event: Event) -> dict[str, Any]:
    """The event as a structured CloudEvent."""
    envelope = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": event.source,
        "type": event.type,
        "subject": str(event.subject),
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:ouchi:events:{event.type}",
        "sequence": event.sequence,
        "data": dict(event.data),
    }
    if event.traceparent:
        envelope["traceparent"] = event.traceparent
    return envelope


def encode_json(value: Any) -> str:
    """Compact JSON that keeps Japanese readable for the operator. Raises ValueError on NaN and lone surrogates."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()
    return text


def _validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, mask="(hidden)")


def _check(validator: jsonschema_rs.Draft202012Validator, value: Any) -> None:
    if validator.is_valid(value):
        return
    error = next(iter(validator.iter_errors(value)))
    place = "/".join(str(step) for step in error.instance_path) or "the event"
    rule = "/".join(str(step) for step in error.schema_path)
    raise BadEvent(f"{place} breaks {rule}")
