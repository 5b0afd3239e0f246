"""Hears of every registration and prints one line for each: `python -m examples.subscriber`.

Another team's program: it knows the address of the broker (OUCHI_AMQP_URL), the name of its queue (OUCHI_QUEUE) and what
`contracts/README.md` says about the events, and uses nothing else of Ouchi.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

PREFETCH = 50
#: The card's last day is near; the person asked to be told.
EXPIRING = "registration.expiring"
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


class Registrations:
    """The newest version of each registration. A real system keeps this in its database, beside its own record."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._reminders: set[str] = set()

    def hear(self, event: Mapping[str, Any]) -> str | None:
        """The line to print, or None where the same or a newer version was heard before. Raises on what it cannot read.

        Messages may come twice and in any order; the version tells them apart.
        """
        kind, _, major = str(event["type"]).rpartition(".")
        if not kind.startswith("registration.") or major != "v1":
            raise ValueError(f"{event['type']} is not known here")
        registration, data = str(event["subject"]), event["data"]
        version, card = int(data["version"]), str(data["card_number"])
        line = f"{kind} {registration} version {version} card {masked(card)}"
        if lost := data.get("previous_card_number"):
            # Whoever comes with the card of this number has found it: it is void.
            line += f" instead of {masked(str(lost))}"
        known = self._versions.get(registration, 0)
        if kind == EXPIRING:
            # Nothing has changed, so the version is no newer: here the event's own id tells that it came before.
            if version < known or event["id"] in self._reminders:
                return None
            line += f" until {data['expires_on']}"
            self._reminders.add(event["id"])
        elif version <= known:
            return None
        self._versions[registration] = version
        return line


def masked(card_number: str) -> str:
    """All but the last four characters hidden; a short number wholly."""
    shown = card_number[-4:] if len(card_number) > 4 else ""
    return "*" * (len(card_number) - len(shown)) + shown


async def take(registrations: Registrations, message: AbstractIncomingMessage) -> None:
    """Acknowledge once the work is done: what is not acknowledged comes again."""
    try:
        line = registrations.hear(json.loads(message.body))
    except (ValueError, LookupError, TypeError) as error:
        # It would be as unreadable the next time. Say so and go on; Ouchi can replay it once we can read it.
        print(f"left aside: {message.message_id} ({type(error).__name__})", file=sys.stderr, flush=True)
        await message.reject(requeue=False)
        return
    if line:
        print(line, flush=True)
    await message.ack()


async def listen(url: str, queue_name: str, registrations: Registrations) -> None:
    """Take messages until the connection is lost."""
    connection = await aio_pika.connect(url, timeout=10)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        # The library made the queue; a subscriber may neither make nor bind one.
        queue = await channel.get_queue(queue_name, ensure=True)
        await queue.consume(lambda message: take(registrations, message))
        print(f"listening to {queue_name}", file=sys.stderr, flush=True)
        await channel.closed()


async def subscribe(url: str, queue_name: str) -> None:
    """Listen for ever; where the broker is away, try again, less and less often."""
    registrations, wait = Registrations(), FIRST_WAIT
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            await listen(url, queue_name, registrations)
        # A lost connection shows as one of a dozen errors; all that matters is to begin again.
        except Exception as error:
            print(f"the broker is away ({type(error).__name__})", file=sys.stderr, flush=True)
        wait = FIRST_WAIT if clock() - began > LONGEST_WAIT else min(LONGEST_WAIT, wait * 2)
        await asyncio.sleep(wait)


async def main() -> None:
    if missing := [name for name in ("OUCHI_AMQP_URL", "OUCHI_QUEUE") if not os.environ.get(name)]:
        sys.exit(f"Set {' and '.join(missing)}: see README.md beside this program.")
    listening = asyncio.create_task(subscribe(os.environ["OUCHI_AMQP_URL"], os.environ["OUCHI_QUEUE"]))
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, listening.cancel)
    with suppress(asyncio.CancelledError):
        await listening


if __name__ == "__main__":
    asyncio.run(main())
