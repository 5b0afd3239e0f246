"""From a letter to the bytes that go to the mail server."""

import re
from datetime import datetime
from email import policy as email_policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from rules.policy import Policy, find
from services.notifier.letters import Letter

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+")
_DOT_ATOM = re.compile(r"[^.]+(?:\.[^.]+)*")


class UnusableAddress(Exception):
    """No mail can be written to this address. It is not repeated here."""


def mailbox(address: str) -> str:
    """The address as SMTP and headers take it; the old `a..b@docomo.ne.jp` becomes `"a..b"@docomo.ne.jp`.

    Raises UnusableAddress for control characters, spaces, quotes, brackets and whatever else is no plain address.
    """
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        raise UnusableAddress
    return address if _DOT_ATOM.fullmatch(local) else f'"{local}"@{domain}'


def message_id(delivery_id: UUID, policy: Policy) -> str:
    """The same for every attempt of a delivery, so that a mail sent twice can be told from two mails."""
    return f"<{delivery_id}@{policy.mail.sender_address.rpartition('@')[2]}>"


def envelope_sender(policy: Policy, delivery_id: UUID) -> str:
    """Where the mail comes back to if it cannot be delivered; a bounce address gets the delivery's id as its tag."""
    if policy.mail.bounce_address is None:
        return policy.mail.sender_address
    local, _, domain = policy.mail.bounce_address.rpartition("@")
    return f"{local}+{delivery_id.hex}@{domain}"


def compose(policy: Policy, delivery_id: UUID, recipient: str, letter: Letter, now: datetime) -> bytes:
    """The mail to `recipient`, which is a `mailbox`."""
    language = find(policy.languages, letter.language)
    sender = policy.text(policy.mail.sender_name, letter.language)
    message = EmailMessage(policy=email_policy.SMTP)
    message["From"] = Address(sender, addr_spec=policy.mail.sender_address)
    message["To"] = recipient
    if policy.mail.reply_to:
        message["Reply-To"] = policy.mail.reply_to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(delivery_id, policy)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8", cte="base64")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="base64")
    # Last: setting the content takes every header away whose name begins with Content.
    message["Content-Language"] = language.html_lang if language else letter.language
    return message.as_bytes()
