"""From a letter to the bytes that go to the mail server."""

import re
from datetime import datetime
from email import policy as email_policy
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from chassis.web.languages import annotated, plain
from rules.policy import Policy, find
from services.notifier.headers import mailbox_line, text_line, token_line
from services.notifier.letters import Letter

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+")
_DOT_ATOM = re.compile(r"[^.]+(?:\.[^.]+)*")


class UnusableAddress(Exception):
    """No mail can be written to this address. It is not repeated here."""


def mailbox(address: str) -> str:
    """The address as SMTP and headers take it; the old `a..b@docomo.ne.jp` becomes `"a..b"@docomo.ne.jp`.

    Raises UnusableAddress for control characters, spaces, quotes, brackets and whatever else is no plain address. So is
    what has "=?": a mail program on the way may decode it (RFC 2047) and find other recipients in it.
    """
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or "=?" in local or not _DOMAIN.fullmatch(domain) or len(domain) > 253:
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
    """The mail to `recipient`, which is a `mailbox`. Raises ValueError where the letter has what no mail can say.

    No parser of headers sees an address: there are some that would be read as others (RFC 2047's encoded words).
    """
    language = find(policy.languages, letter.language)
    sender = plain(annotated(policy.text(policy.mail.sender_name, letter.language)))
    head = [
        mailbox_line("From", mailbox(policy.mail.sender_address), sender),
        mailbox_line("To", recipient),
        mailbox_line("Reply-To", mailbox(policy.mail.reply_to)) if policy.mail.reply_to else "",
        text_line("Subject", letter.subject),
        token_line("Date", format_datetime(now)),
        token_line("Message-ID", message_id(delivery_id, policy)),
        token_line("Auto-Submitted", "auto-generated"),
        token_line("Content-Language", language.html_lang if language else letter.language),
    ]
    body = EmailMessage(policy=email_policy.SMTP)
    body.set_content(letter.text, charset="utf-8", cte="base64")
    body.add_alternative(letter.html, subtype="html", charset="utf-8", cte="base64")
    return "".join(head).encode("ascii") + body.as_bytes()
