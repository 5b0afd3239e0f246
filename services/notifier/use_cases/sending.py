"""From a planned message to the mail server."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from chassis.database import Transaction, is_away
from chassis.errors import Unavailable
from chassis.ids import new_id
from chassis.telemetry import continued_trace
from services.notifier import events, store
from services.notifier.letters import write_letter
from services.notifier.mail import UnusableAddress, compose, envelope_sender, mailbox
from services.notifier.model import HEARTBEAT, LEASE, SAY_DELAYED_AT, Delivery, pace, retry_delay
from services.notifier.signing import sign
from services.notifier.smtp import Refused, ServerAway, hang_up, look, send
from services.notifier.use_cases.context import Notifier

log = structlog.get_logger()

#: A connection to the mail server is kept for so long after a mail.
IDLE_SECONDS = 10.0
#: So old is what is known of the mail server at the most.
LOOK_SECONDS = 20.0
#: An orderly stop waits for so long for the server's answer; whoever stops us (compose, the supervisor) waits longer.
LAST_SECONDS = 25.0


class Unwritable(Exception):
    """There is no mail to send, today or later; the message says why, and no address. Staff hear of it at once."""


async def send_next(notifier: Notifier) -> bool:
    """Send the oldest message that is due and within the rates of the policy; False where there is none.

    Any number may run at once: those to one applicant go out one after the other. Raises Unavailable where the mail
    server takes nothing at all: the message then waits as before, at the head. Where we die after the server has taken
    the mail and before that is committed, it is sent again with the same Message-ID once the lease has ended; there is
    no other way for a mail to go out twice.
    """
    now, ends = notifier.now(), _clock() + LEASE.total_seconds()
    async with notifier.db.transaction() as tx:
        delivery = await store.claim_next(tx.conn, new_id(), now, now + LEASE, pace(notifier.policy), notifier.today)
    if delivery is None:
        await hang_up(notifier.server, IDLE_SECONDS)
        return False
    # Where there is one there may be more: the next sender looks while this one sends.
    notifier.wake.beat()
    with continued_trace(delivery.traceparent):
        await _to_its_end(_carry_out(notifier, delivery, ends))
    return True


async def look_at_server(notifier: Notifier) -> bool:
    """Whether mails can be handed in, for `/readyz`, also while there are none. Returns False: that is all."""
    await look(notifier.server, LOOK_SECONDS)
    return False


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Where we are told to stop, however often, the work has time left: a mail that the server takes is noted as sent."""
    task = asyncio.ensure_future(work)
    ends: float | None = None
    while not task.done() and (ends is None or _clock() < ends):
        try:
            await asyncio.wait({task}, timeout=None if ends is None else ends - _clock())
        except asyncio.CancelledError:
            ends = ends or _clock() + LAST_SECONDS
    if ends is None:
        await task
        return
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    raise asyncio.CancelledError


async def _carry_out(notifier: Notifier, delivery: Delivery, lease_ends: float) -> None:
    try:
        async with _held(notifier, delivery, lease_ends):
            await _send(notifier, delivery)
    except ServerAway as away:
        await _note(notifier, lambda tx: store.release(tx.conn, delivery))
        raise Unavailable("mail_server_away", detail=str(away)) from None
    except Unwritable as reason:
        await _fail(notifier, delivery, str(reason))
    except Refused as refused:
        if refused.permanent:
            await _fail(notifier, delivery, str(refused))
        else:
            await _put_off(notifier, delivery, str(refused))
    except TimeoutError:
        log.warning("a claim was lost while sending", delivery=str(delivery.id), template=delivery.template)
    except Exception as error:
        log.exception("a letter could not be sent", delivery=str(delivery.id), template=delivery.template)
        await _put_off(notifier, delivery, type(error).__name__)
    else:
        await _finish(notifier, delivery)


@asynccontextmanager
async def _held(notifier: Notifier, delivery: Delivery, ends: float) -> AsyncIterator[None]:
    """Hold the claim while the block runs; TimeoutError in it once another sender may have it.

    A conversation with the mail server is thereby broken off before another sender can begin one.
    """
    async with asyncio.timeout_at(ends) as lease:
        beating = asyncio.create_task(_extend(notifier, delivery, lease))
        try:
            yield
        finally:
            beating.cancel()


async def _extend(notifier: Notifier, delivery: Delivery, lease: asyncio.Timeout) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT.total_seconds())
        asked = _clock()
        try:
            async with notifier.db.transaction() as tx:
                ours = await store.extend_claim(tx.conn, delivery, notifier.now() + LEASE)
        except Exception as error:
            log.warning("a claim could not be extended", delivery=str(delivery.id), error=type(error).__name__)
        else:
            lease.reschedule(asked + LEASE.total_seconds() if ours else asked)


async def _send(notifier: Notifier, delivery: Delivery) -> None:
    recipient, mail = _written(notifier, delivery)
    await send(notifier.server, envelope_sender(notifier.policy, delivery.id), recipient, mail)


def _written(notifier: Notifier, delivery: Delivery) -> tuple[str, bytes]:
    """The recipient as SMTP takes it, and the mail. Raises Unwritable: the next attempt would come to the same."""
    try:
        recipient = mailbox(delivery.email)
        letter = write_letter(notifier.policy, notifier.public_url, notifier.review_url, delivery)
        mail = compose(notifier.policy, delivery.id, recipient, letter, notifier.now())
        return recipient, sign(notifier.signer, mail) if notifier.signer else mail
    except UnusableAddress:
        raise Unwritable("unusable address") from None
    except Exception as error:
        log.exception("a letter could not be written", delivery=str(delivery.id), template=delivery.template)
        raise Unwritable(type(error).__name__) from None


async def _finish(notifier: Notifier, delivery: Delivery) -> None:
    async def write(tx: Transaction) -> None:
        if await store.mark_sent(tx.conn, delivery, notifier.now()) and delivery.application_id:
            await tx.record(events.notification_sent(delivery.application_id, delivery))

    await _note(notifier, write)
    log.info("mail sent", delivery=str(delivery.id), template=delivery.template, attempts=delivery.attempts + 1)


async def _put_off(notifier: Notifier, delivery: Delivery, reason: str) -> None:
    delay = retry_delay(delivery.attempts + 1, random.random())  # noqa: S311
    if delay is None:
        await _fail(notifier, delivery, reason)
        return

    async def write(tx: Transaction) -> None:
        ours = await store.put_off(tx.conn, delivery, notifier.now() + delay, reason)
        if ours and delivery.application_id and delivery.attempts + 1 == SAY_DELAYED_AT:
            await tx.record(events.notification_failed(delivery.application_id, delivery, "temporary"))

    await _note(notifier, write)
    log.warning("mail put off", delivery=str(delivery.id), template=delivery.template, reason=reason, delay=str(delay))


async def _fail(notifier: Notifier, delivery: Delivery, reason: str) -> None:
    async def write(tx: Transaction) -> None:
        if await store.mark_failed(tx.conn, delivery, notifier.now(), reason) and delivery.application_id:
            await tx.record(events.notification_failed(delivery.application_id, delivery, "permanent"))

    await _note(notifier, write)
    log.warning("mail failed", delivery=str(delivery.id), template=delivery.template, reason=reason)


async def _note(notifier: Notifier, write: Callable[[Transaction], Awaitable[None]]) -> None:
    """Write down what became of a message: until that is done it counts as never sent. So wait for a lost database."""
    while True:
        try:
            async with notifier.db.transaction() as tx:
                await write(tx)
            return
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("what became of a message cannot be noted yet", error=type(error).__name__)
        await asyncio.sleep(random.uniform(0.1, 0.5))  # noqa: S311


def _clock() -> float:
    return asyncio.get_running_loop().time()
