"""The whole broker topology, generated from the contracts and declared by one set-up step before anyone publishes.

For each service S and each event type T that it hears:

    ouchi.events (topic) ──T──▶ queue S.T ──rejected──▶ S.dead (fanout) ──▶ queue S.dead, kept 30 days
                                   ▲
    S.retry (topic) ──30s.S.T──▶ queue S.retry.30s ──after 30 s──▶ S.return (topic) ──*.S.T──▶ back to S.T

Other systems read from `ouchi.registrations`, fed by a binding on `registration.#`. A service may write to
`ouchi.events` (its own types only) and to its own retry exchange, and read its own queues; nobody may write to the
default exchange.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.events import Contract

EVENTS = "ouchi.events"
OTHERS = "ouchi.registrations"
OTHERS_PATTERN = "registration.#"

#: A message that keeps killing its consumer is set aside after this many deliveries.
DELIVERY_LIMIT = 20
#: A full queue pushes back to the outbox, which is the buffer.
QUEUE_LENGTH = 1_000_000
DEAD_LETTER_DAYS = 30
#: Looking at a dead letter counts as a delivery. Without a limit RabbitMQ 4 drops it at the twentieth look, and 3.10
#: sends it to the end of its queue; a limit that nobody reaches keeps it, in its place, on both.
DEAD_LETTER_LOOKS = 1_000_000


@dataclass(frozen=True)
class BrokerUser:
    """A user of the broker, as the set-up step creates it."""

    name: str
    password: str


@dataclass(frozen=True)
class Subscriber:
    """Another system: its user, its queue, and how many messages the queue holds before the oldest are dropped."""

    user: BrokerUser
    queue: str
    queue_length: int


def queue_name(service: str, event_type: str) -> str:
    """The queue in which `service` hears `event_type`."""
    return f"{service}.{event_type}"


def dead_letter_queue(service: str) -> str:
    return f"{service}.dead"


def retry_exchange(service: str) -> str:
    return f"{service}.retry"


def return_exchange(service: str) -> str:
    """The exchange that brings a message back to the queue that its routing key names after one first word."""
    return f"{service}.return"


def retry_key(queue: str, delay: int) -> str:
    """The routing key that brings a message back to `queue` after `delay` seconds."""
    return f"{delay}s.{queue}"


def definitions(
    contracts: Mapping[str, Contract],
    *,
    vhost: str,
    users: Mapping[str, BrokerUser],
    subscribers: Sequence[Subscriber],
    retry_delays: Sequence[int],
) -> dict[str, Any]:
    """The document for RabbitMQ's `POST /api/definitions`: users, permissions, exchanges, queues and bindings.

    `users` maps each service to its broker user.
    """
    exchanges = [_exchange(vhost, EVENTS), _exchange(vhost, OTHERS)]
    queues: list[dict[str, Any]] = []
    bindings = [_binding(vhost, EVENTS, OTHERS, "exchange", OTHERS_PATTERN)]
    for service in users:
        heard = [contract.type for contract in contracts.values() if service in contract.heard_by]
        part = _service(vhost, service, heard, retry_delays)
        exchanges += part["exchanges"]
        queues += part["queues"]
        bindings += part["bindings"]
    for subscriber in subscribers:
        queues.append(
            _queue(vhost, subscriber.queue, {"x-overflow": "drop-head", "x-max-length": subscriber.queue_length})
        )
        bindings.append(_binding(vhost, OTHERS, subscriber.queue, "queue", "#"))
    said = {service: [c.type for c in contracts.values() if c.producer == service] for service in users}
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(user) for user in (*users.values(), *(s.user for s in subscribers))],
        "permissions": [_service_permission(vhost, service, user) for service, user in users.items()]
        + [_subscriber_permission(vhost, subscriber) for subscriber in subscribers],
        "topic_permissions": [
            {"vhost": vhost, "user": user.name, "exchange": EVENTS, "write": _any_of(said[service]), "read": "^$"}
            for service, user in users.items()
        ],
        "exchanges": exchanges,
        "queues": queues,
        "bindings": bindings,
    }


def _service(vhost: str, service: str, heard: Sequence[str], delays: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    retry, back, dead = retry_exchange(service), return_exchange(service), dead_letter_queue(service)
    keeping = {"x-message-ttl": DEAD_LETTER_DAYS * 86_400_000, "x-delivery-limit": DEAD_LETTER_LOOKS}
    queues = [_queue(vhost, dead, keeping)]
    bindings = [_binding(vhost, dead, dead, "queue", "")]
    for delay in delays:
        name = f"{retry}.{delay}s"
        queues.append(_queue(vhost, name, {"x-message-ttl": delay * 1000, **_dead_letters_to(back)}))
        bindings.append(_binding(vhost, retry, name, "queue", f"{delay}s.#"))
    for event_type in heard:
        name = queue_name(service, event_type)
        arguments = {
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-max-length": QUEUE_LENGTH,
            # So that a dead letter says which queue it came from.
            "x-dead-letter-routing-key": name,
            **_dead_letters_to(dead),
        }
        queues.append(_queue(vhost, name, arguments))
        bindings.append(_binding(vhost, EVENTS, name, "queue", event_type))
        bindings.append(_binding(vhost, back, name, "queue", f"*.{name}"))
    exchanges = [_exchange(vhost, retry), _exchange(vhost, back), _exchange(vhost, dead, "fanout")]
    return {"exchanges": exchanges, "queues": queues, "bindings": bindings}


def _dead_letters_to(exchange: str) -> dict[str, Any]:
    # At-least-once needs reject-publish: https://www.rabbitmq.com/docs/quorum-queues#dead-lettering
    return {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def _exchange(vhost: str, name: str, kind: str = "topic") -> dict[str, Any]:
    flags = {"durable": True, "auto_delete": False, "internal": False}
    return {"name": name, "vhost": vhost, "type": kind, **flags, "arguments": {}}


def _queue(vhost: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {"x-queue-type": "quorum", **arguments}
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(vhost: str, source: str, destination: str, kind: str, key: str) -> dict[str, Any]:
    ends = {"source": source, "destination": destination, "destination_type": kind}
    return {**ends, "vhost": vhost, "routing_key": key, "arguments": {}}


def _user(user: BrokerUser) -> dict[str, Any]:
    return {
        "name": user.name,
        "password_hash": password_hash(user.password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
        "limits": {},
    }


def password_hash(password: str) -> str:
    """RabbitMQ's salted SHA-256: base64 of salt and digest (https://www.rabbitmq.com/docs/passwords)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _service_permission(vhost: str, service: str, user: BrokerUser) -> dict[str, Any]:
    own = rf"^{re.escape(service)}\."
    return {
        "user": user.name,
        "vhost": vhost,
        "configure": "^$",
        "write": _any_of([EVENTS, retry_exchange(service)]),
        "read": own,
    }


def _subscriber_permission(vhost: str, subscriber: Subscriber) -> dict[str, Any]:
    read = _any_of([subscriber.queue])
    return {"user": subscriber.user.name, "vhost": vhost, "configure": "^$", "write": "^$", "read": read}


def _any_of(names: Sequence[str]) -> str:
    return "^(" + "|".join(re.escape(name) for name in names) + ")$" if names else "^$"


def service_queues(contracts: Mapping[str, Contract], service: str) -> Iterator[str]:
    """Every queue that `service` must consume."""
    return (queue_name(service, c.type) for c in contracts.values() if service in c.heard_by)
