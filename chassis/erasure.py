"""Erased subjects: what was said about them is kept nowhere but where the service's own tables need it.

An event erases its subject where its contract says `x-erases-subject`. From the transaction on in which it is recorded,
or heard, the outbox keeps of the subject's published events the envelope alone; what still waits is published first, as
whoever hears the erasure must have heard what came before it. Messages about it that no handler can take are dropped
instead of tried again or kept, and those that lie among the dead letters already are taken out of them.
"""

import asyncio
import json
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from aio_pika.abc import AbstractConnection

from chassis import outbox
from chassis.connection import Connection
from chassis.database import Database, is_away
from chassis.topology import DEAD_LETTER_DAYS, dead_letter_queue

log = structlog.get_logger()

#: Seconds between two looks at which subjects were erased, and the most between two looks at the dead letters: a letter
#: that somebody else was just looking at, or that the broker itself set aside, is found the next time.
LOOK_SECONDS, DEAD_LETTERS_SECONDS = 5.0, 3600.0
#: Looks at the dead letters after an erasure: one that somebody was just looking at is back at the next.
LOOKS = 3
GET_SECONDS = 10.0

ERASED_SINCE = "SELECT max(erased_at) FROM outbox_subjects WHERE erased_at > $1"

_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def is_about_erased(conn: Connection, body: bytes) -> bool:
    """Whether a message is about a subject that was erased."""
    subjects = _subjects(body)
    return bool(subjects) and await outbox.any_erased(conn, subjects)


def _subjects(body: bytes) -> Collection[UUID]:
    """What the message is about. One that is no event may be about anything that it names."""
    try:
        return {UUID(json.loads(body)["subject"])}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {UUID(found.decode()) for found in _UUID.findall(body)}


async def keep_dead_letters_clean(
    db: Database, connection: AbstractConnection, service: str, look_seconds: float = LOOK_SECONDS
) -> None:
    """Take what is about erased subjects out of the service's dead letters, for as long as the connection lasts."""
    clock = asyncio.get_running_loop().time
    looked_at = clock()
    newest: datetime | None = None
    due = 0
    while True:
        await asyncio.sleep(look_seconds)
        try:
            async with db.connection() as conn:
                since = newest or await conn.fetchval("SELECT now()") - timedelta(days=DEAD_LETTER_DAYS)
                found: datetime | None = await conn.fetchval(ERASED_SINCE, since)
            if found or (newest and clock() - looked_at > DEAD_LETTERS_SECONDS):
                newest, looked_at, due = found or newest, clock(), LOOKS
            if due:
                await drop_dead_letters(db, connection, service)
                due -= 1
        except Exception as error:
            # The consumers wait for the database without giving up their connection, and so does this.
            if not is_away(error):
                raise
            log.warning("dead letters were not looked at", error=type(error).__name__)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # Before Python 3.12 asyncio.wait_for, with which the pool waits, loses a cancellation that comes with its result.
            raise asyncio.CancelledError


async def drop_dead_letters(db: Database, connection: AbstractConnection, service: str) -> int:
    """Look through the service's dead letters once; what stays is put back in its place. Returns how many went."""
    dropped = 0
    name = dead_letter_queue(service)
    async with connection.channel() as channel:
        queue = await channel.get_queue(name, ensure=False)
        declared = await channel.declare_queue(name, passive=True)
        for _ in range(declared.declaration_result.message_count or 0):
            message = await queue.get(fail=False, timeout=GET_SECONDS)
            if message is None:
                break
            async with db.connection() as conn:
                erased = await is_about_erased(conn, message.body)
            if erased:
                await message.ack()
                log.info("dead letter dropped", event_id=message.message_id, reason="its subject was erased")
                dropped += 1
    return dropped
