"""What a mail server writes back when a mail could not be delivered: delivery status notifications (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from uuid import UUID

_MESSAGE_ID = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+?>?")
_TAGGED = re.compile(r"\+([0-9a-f]{32})@")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_RETURNED_TO = ("To", "Delivered-To", "X-Original-To")


@dataclass(frozen=True)
class Report:
    """`delivery_id`: which of our mails is meant, None where it does not say; `status` such as 5.1.1, "" where unknown.

    `failed`: the mail will not arrive. Else it is only late, or has arrived.
    """

    delivery_id: UUID | None
    failed: bool
    status: str


def read_report(raw: bytes) -> Report | None:
    """What the mail reports, or None where it is no delivery status notification."""
    try:
        mail = message_from_bytes(raw)
        parts = list(mail.walk())
    except RecursionError:
        return None
    if mail.get_content_type() != "multipart/report":
        return None
    fields = [
        block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)
    ]
    if not fields:
        return None
    failures = [block for block in fields if _text(block, "Action").lower() == "failed"]
    found = _STATUS.match(_text(failures[0], "Status")) if failures else None
    return Report(_by_return_path(mail) or _by_original(parts), bool(failures), found.group() if found else "")


def delivery_of(message_id: str) -> UUID | None:
    """The delivery whose mail has this Message-ID, or None where it cannot be one of ours."""
    found = _MESSAGE_ID.fullmatch(message_id.strip())
    return UUID(found[1]) if found else None


def _by_return_path(mail: Message) -> UUID | None:
    """By the address that it came back to, which names the delivery where the policy has a bounce address."""
    for name in _RETURNED_TO:
        if found := _TAGGED.search(_text(mail, name)):
            return UUID(found[1])
    return None


def _by_original(parts: list[Message]) -> UUID | None:
    """By the Message-ID of the mail, or of its headers, that the report brings back."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            part = message_from_string(content.decode("latin-1") if isinstance(content, bytes) else "")
        if found := delivery_of(_text(part, "Message-ID")):
            return found
    return None


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    return (block for block in payload if isinstance(block, Message)) if isinstance(payload, list) else iter(())


def _text(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()
