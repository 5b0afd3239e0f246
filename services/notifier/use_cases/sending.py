"""From a planned message to the mail server."""

import random

import structlog

from chassis.errors import Unavailable
from chassis.ids import new_id
from services.notifier import events, store
from services.notifier.letters import write_letter
from services.notifier.mail import UnusableAddress, compose, envelope_sender, mailbox
from services.notifier.model import LEASE, SAY_DELAYED_AT, Delivery, pace, retry_delay
from services.notifier.signing import sign
from services.notifier.smtp import Refused, ServerAway, send
from services.notifier.use_cases.context import Notifier

log = structlog.get_logger()


async def send_next(notifier: Notifier) -> bool:
    """Send the oldest message that is due and within the rates of the policy; False where there is none.

    Raises Unavailable where the mail server takes nothing at all: the message then waits as before, at the head.
    Where we die after the server has taken the mail and before that is committed, it is sent again with the same
    Message-ID once the lease has ended; there is no other way for a mail to go out twice.
    """
    now = notifier.now()
    async with notifier.db.transaction() as tx:
        delivery = await store.claim_next(tx.conn, new_id(), now, now + LEASE, pace(notifier.policy))
    if delivery is None:
        return False
    try:
        await _send(notifier, delivery)
    except ServerAway as away:
        async with notifier.db.transaction() as tx:
            await store.release(tx.conn, delivery)
        raise Unavailable("mail_server_away", detail=str(away)) from None
    except UnusableAddress:
        await _fail(notifier, delivery, "unusable address")
    except Refused as refused:
        if refused.permanent:
            await _fail(notifier, delivery, str(refused))
        else:
            await _put_off(notifier, delivery, str(refused))
    except Exception as error:
        # A letter that cannot be written is our bug: it must hold up no other, and a mended version may send it.
        log.exception("a letter could not be sent", delivery=str(delivery.id), template=delivery.template)
        await _put_off(notifier, delivery, type(error).__name__)
    else:
        await _finish(notifier, delivery)
    return True


async def _send(notifier: Notifier, delivery: Delivery) -> None:
    policy = notifier.policy
    recipient = mailbox(delivery.email)
    letter = write_letter(policy, notifier.public_url, notifier.review_url, delivery)
    mail = compose(policy, delivery.id, recipient, letter, notifier.now())
    if notifier.signer:
        mail = sign(notifier.signer, mail)
    await send(notifier.server, envelope_sender(policy, delivery.id), recipient, mail)


async def _finish(notifier: Notifier, delivery: Delivery) -> None:
    async with notifier.db.transaction() as tx:
        if await store.mark_sent(tx.conn, delivery, notifier.now()) and delivery.application_id:
            await tx.record(events.notification_sent(delivery.application_id, delivery))
    log.info("mail sent", delivery=str(delivery.id), template=delivery.template, attempts=delivery.attempts + 1)


async def _put_off(notifier: Notifier, delivery: Delivery, reason: str) -> None:
    delay = retry_delay(delivery.attempts + 1, random.random())  # noqa: S311
    if delay is None:
        await _fail(notifier, delivery, reason)
        return
    async with notifier.db.transaction() as tx:
        ours = await store.put_off(tx.conn, delivery, notifier.now() + delay, reason)
        if ours and delivery.application_id and delivery.attempts + 1 == SAY_DELAYED_AT:
            await tx.record(events.notification_failed(delivery.application_id, delivery, "temporary"))
    log.warning("mail put off", delivery=str(delivery.id), template=delivery.template, reason=reason, delay=str(delay))


async def _fail(notifier: Notifier, delivery: Delivery, reason: str) -> None:
    async with notifier.db.transaction() as tx:
        if await store.mark_failed(tx.conn, delivery, notifier.now(), reason) and delivery.application_id:
            await tx.record(events.notification_failed(delivery.application_id, delivery, "permanent"))
    log.warning("mail failed", delivery=str(delivery.id), template=delivery.template, reason=reason)
