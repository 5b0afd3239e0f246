"""Events as intake says them, many of them: the published example with ids of their own."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractChannel

from chassis.connection import Connection
from chassis.events import encode_json
from chassis.ids import new_id
from chassis.topology import queue_name
from tools.places import ROOT

TYPE = "application.handed_over.v1"
QUEUE = queue_name("review", TYPE)
EXAMPLE = ROOT / "contracts" / "examples" / f"{TYPE}.json"


@dataclass(frozen=True)
class Message:
    """One event: its envelope as JSON (2 KB)."""

    id: UUID
    subject: UUID
    body: str


def messages(count: int, example: Path = EXAMPLE) -> list[Message]:
    """`count` applications handed over, each its own."""
    text = example.read_text()
    return [_message(json.loads(text)) for _ in range(count)]


def _message(envelope: dict[str, Any]) -> Message:
    id_, subject = new_id(), new_id()
    envelope |= {"id": str(id_), "subject": str(subject), "sequence": 1}
    envelope["data"]["documents"] = [{**d, "id": str(new_id())} for d in envelope["data"]["documents"]]
    return Message(id_, subject, encode_json(envelope))


def persistent(message: Message) -> aio_pika.Message:
    """The message as the bare work publishes it: the same body, as durable."""
    return aio_pika.Message(
        message.body.encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT, message_id=str(message.id)
    )


async def fill_outbox(conn: Connection, waiting: list[Message]) -> None:
    """Recorded and not yet published, in one transaction."""
    now = datetime.now(UTC)
    await conn.execute("CREATE TEMP TABLE IF NOT EXISTS filling (id uuid, subject uuid, body text, at timestamptz)")
    async with conn.transaction():
        await conn.execute("TRUNCATE filling")
        await conn.copy_records_to_table("filling", records=[(m.id, m.subject, m.body, now) for m in waiting])
        await conn.execute(
            "INSERT INTO outbox (event_id, event_type, subject, event, recorded_at)"
            f" SELECT id, '{TYPE}', subject, body::jsonb, at FROM filling"
        )


async def depth(channel: AbstractChannel, queue: str = QUEUE) -> int:
    """Messages ready in the queue, asked of the broker itself."""
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count or 0


async def drained(channel: AbstractChannel, count: int, queue: str = QUEUE) -> list[str]:
    """Take `count` messages from the queue and return their ids; what more there is stays."""
    ids: list[str] = []
    taken = await channel.get_queue(queue)
    async with taken.iterator(no_ack=True, timeout=30) as iterator:
        while len(ids) < count:
            ids.append((await anext(iterator)).message_id or "")
    return ids
