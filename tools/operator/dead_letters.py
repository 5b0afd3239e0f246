"""Dead letters: look without changing anything, send back to the queue of origin, or throw away.

Looking takes every message of `<service>.dead` unacknowledged and then closes the channel, which puts them back in
their places. The broker counts that as a delivery; the queue's delivery limit (DEAD_LETTER_LOOKS) is out of reach.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError

from chassis.retries import ATTEMPT_HEADER
from chassis.topology import dead_letter_queue, return_exchange
from tools.operator.audit import Note
from tools.operator.letters import DeadLetter, Shown, described, envelope_of

GET_SECONDS = 10.0
BACK_SECONDS = 5.0
PUBLISH_SECONDS = 5.0


@dataclass(frozen=True)
class Redriven:
    """What became of the letters that were to go back; the refused ones are still dead letters."""

    returned: Sequence[DeadLetter]
    refused: Sequence[tuple[DeadLetter, str]]


Wanted = Callable[[DeadLetter], bool]
#: What to do with one; whether it is done with.
Act = Callable[[AbstractChannel, AbstractIncomingMessage, DeadLetter], Awaitable[bool]]


async def look(connection: AbstractConnection, service: str) -> list[DeadLetter]:
    """The service's dead letters, oldest first. Changes nothing."""
    found: list[DeadLetter] = []

    async def see(_channel: AbstractChannel, _message: AbstractIncomingMessage, letter: DeadLetter) -> bool:
        found.append(letter)
        return False

    await _each(connection, service, see)
    return found


async def show(connection: AbstractConnection, service: str, wanted: Wanted) -> list[Shown]:
    """The wanted ones from near. Changes nothing."""
    found: list[Shown] = []

    async def see(_channel: AbstractChannel, message: AbstractIncomingMessage, letter: DeadLetter) -> bool:
        if wanted(letter):
            found.append(Shown(letter, envelope_of(message.body), message.body))
        return False

    await _each(connection, service, see)
    return found


async def redrive(connection: AbstractConnection, service: str, wanted: Wanted, note: Note) -> Redriven:
    """Send the wanted ones back to their queues as if they came for the first time.

    Each is confirmed by the broker before it is acknowledged: a crash between leaves it twice, and the inbox gives it
    its effect once. One that dies again meanwhile is not taken a second time.
    """
    returned: list[DeadLetter] = []
    refused: list[tuple[DeadLetter, str]] = []

    async def send_back(channel: AbstractChannel, message: AbstractIncomingMessage, letter: DeadLetter) -> bool:
        if not wanted(letter):
            return False
        back = await channel.get_exchange(return_exchange(service), ensure=False)
        try:
            key = f"redrive.{letter.queue}"
            await back.publish(_first_time(message), routing_key=key, mandatory=True, timeout=PUBLISH_SECONDS)
        except DeliveryError as error:
            refused.append((letter, type(error).__name__))
            return False
        note("redrive", queue=letter.queue, event_id=letter.event_id, type=letter.type)
        returned.append(letter)
        return True

    await _each(connection, service, send_back)
    return Redriven(returned, refused)


async def discard(connection: AbstractConnection, service: str, wanted: Wanted, note: Note) -> list[DeadLetter]:
    """Throw the wanted ones away for ever."""
    gone: list[DeadLetter] = []

    async def drop(_channel: AbstractChannel, _message: AbstractIncomingMessage, letter: DeadLetter) -> bool:
        if wanted(letter):
            note("discard dead letter", queue=letter.queue, event_id=letter.event_id, type=letter.type)
            gone.append(letter)
        return wanted(letter)

    await _each(connection, service, drop)
    return gone


async def _each(connection: AbstractConnection, service: str, act: Act) -> None:
    """Give what is dead now, oldest first, to `act`. Where it says False the letter goes back to its place."""
    kept = 0
    name = dead_letter_queue(service)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    queue = await channel.get_queue(name, ensure=False)
    for _ in range(await _count(channel, name)):
        message = await queue.get(fail=False, timeout=GET_SECONDS)
        if message is None:
            break
        if await act(channel, message, described(service, message)):
            await message.ack()
        else:
            kept += 1
    # Only here: after an error the connection is closed anyway, and a broker that reads nothing would hold us here.
    await channel.close()
    await _until_back(connection, name, kept)


async def _until_back(connection: AbstractConnection, name: str, kept: int) -> None:
    """The broker puts letters back a moment after the channel closed: the next command must find them there."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + BACK_SECONDS
    async with connection.channel() as channel:
        # Fewer come back where somebody else takes letters at the same time.
        while True:
            if await _count(channel, name) >= kept or clock() > deadline:
                return
            await asyncio.sleep(0.05)


async def _count(channel: AbstractChannel, name: str) -> int:
    declared = await channel.declare_queue(name, passive=True)
    return declared.declaration_result.message_count or 0


def _first_time(message: AbstractIncomingMessage) -> aio_pika.Message:
    """A copy without the history: headers that begin with x- are the broker's, and its attempts begin anew."""
    headers = {n: v for n, v in message.headers.items() if not n.startswith("x-") and n != ATTEMPT_HEADER}
    return aio_pika.Message(
        message.body,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        type=message.type,
        app_id=message.app_id,
        headers=headers,
    )
