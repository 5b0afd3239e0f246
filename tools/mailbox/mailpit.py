"""Mails in the words of Mailpit's API."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from tools.mailbox.store import Mail

SNIPPET = 250
TERM = re.compile(r'(-|!)?(?:(\w[\w-]*):)?(?:"([^"]*)"|(\S+))')


def summary(mail: Mail) -> dict[str, Any]:
    message = mail.message
    return {
        "ID": mail.id,
        "Read": mail.envelope.read,
        **_people(mail, message),
        "Created": _iso(mail.envelope.received_at),
        "Username": "",
        "Tags": [],
        "Size": len(mail.raw),
        "Attachments": len(_attachments(message)),
        "Snippet": " ".join(text_of(message).split())[:SNIPPET],
    }


def detail(mail: Mail) -> dict[str, Any]:
    message = mail.message
    return {
        "ID": mail.id,
        **_people(mail, message),
        "ReturnPath": mail.envelope.sender,
        "ListUnsubscribe": {
            "Header": str(message["List-Unsubscribe"] or ""),
            "Links": [],
            "Errors": "",
            "HeaderPost": "",
        },
        "Date": _iso(_date(message) or mail.envelope.received_at),
        "Tags": [],
        "Username": "",
        "Text": text_of(message),
        "HTML": html_of(message),
        "Size": len(mail.raw),
        "Inline": [],
        "Attachments": _attachments(message),
    }


def headers(mail: Mail) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in mail.message.items():
        found.setdefault(name, []).append(str(value))
    return found


def page(mails: Sequence[Mail], start: int, limit: int, *, total: int, unread: int) -> dict[str, Any]:
    """`mails` are all that were asked for; `total` and `unread` count the whole mailbox."""
    shown = mails[start : start + limit]
    return {
        "total": total,
        "unread": unread,
        "count": len(shown),
        "messages_count": len(mails),
        "messages_unread": sum(not mail.envelope.read for mail in mails),
        "start": start,
        "tags": [],
        "messages": [summary(mail) for mail in shown],
    }


def search(mails: Iterable[Mail], query: str) -> list[Mail]:
    """`word`, `"some words"`, `to:`, `from:`, `cc:`, `bcc:`, `subject:`, `message-id:`, `is:read`; `-` negates."""
    terms = [(bool(sign), field.lower(), (quoted or word).lower()) for sign, field, quoted, word in TERM.findall(query)]
    return [mail for mail in mails if all(_matches(mail, field, word) is not negated for negated, field, word in terms)]


def text_of(message: EmailMessage) -> str:
    return _content(message, "plain")


def html_of(message: EmailMessage) -> str:
    return _content(message, "html")


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # A charset that nobody knows must not hide the rest of the mail.
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _matches(mail: Mail, field: str, word: str) -> bool:
    message = mail.message
    people = {name.lower(): value for name, value in _people(mail, message).items() if isinstance(value, list)}
    match field:
        case "to" | "cc" | "bcc":
            return any(word in f"{person['Name']} {person['Address']}".lower() for person in people[field])
        case "from":
            return word in f"{message['From']} {mail.envelope.sender}".lower()
        case "subject":
            return word in str(message["Subject"] or "").lower()
        case "message-id":
            return word.strip("<>") == _message_id(message).lower()
        case "is":
            return mail.envelope.read is (word == "read")
    everything = f"{message['Subject']} {message['From']} {message['To']} {text_of(message)} {html_of(message)}"
    return word in everything.lower()


def _people(mail: Mail, message: EmailMessage) -> dict[str, Any]:
    to, cc = _addresses(message, "To"), _addresses(message, "Cc")
    named = {person["Address"] for person in (*to, *cc)}
    hidden = [{"Name": "", "Address": address} for address in mail.envelope.recipients if address not in named]
    return {
        "MessageID": _message_id(message),
        "From": next(iter(_addresses(message, "From")), {"Name": "", "Address": mail.envelope.sender}),
        "To": to,
        "Cc": cc,
        "Bcc": [*_addresses(message, "Bcc"), *hidden],
        "ReplyTo": _addresses(message, "Reply-To"),
        "Subject": str(message["Subject"] or ""),
    }


def _addresses(message: EmailMessage, header: str) -> list[dict[str, str]]:
    found = getaddresses([str(value) for value in message.get_all(header, [])])
    return [{"Name": name, "Address": address} for name, address in found if address]


def _attachments(message: EmailMessage) -> list[dict[str, Any]]:
    return (
        [
            {
                "PartID": str(number),
                "FileName": part.get_filename() or "",
                "ContentType": part.get_content_type(),
                "ContentID": str(part["Content-ID"] or "").strip("<>"),
                "Size": len(bytes(part.get_payload(decode=True) or b"")),
            }
            for number, part in enumerate(message.iter_attachments(), start=1)
        ]
        if message.is_multipart()
        else []
    )


def _message_id(message: EmailMessage) -> str:
    return str(message["Message-ID"] or "").strip().strip("<>")


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
