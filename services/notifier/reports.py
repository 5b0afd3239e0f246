"""What comes back: delivery status notifications (RFC 3464), and what carriers and older servers write instead.

Which of our mails it is about is said by the address that it came back to, or by the mail that it brings back; never by
its text, which anybody may have written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from uuid import UUID

from services.notifier.parts import HEADS, MAILS, Part, read_fields, read_part, walk

_MESSAGE_ID = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+?>?")
_TAGGED = re.compile(r"\+([0-9a-f]{32})\"?@", re.IGNORECASE)
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
#: Our own mail server's words first, which no sender can write.
_RETURNED_TO = ("delivered-to", "x-original-to", "envelope-to", "to")

#: Who writes for a mail server: an envelope without a sender, or one of these names.
_SERVER = re.compile(
    r"<>|mailer[-_. ]?d[ae]+mon|post[-_.]?master|mail (?:delivery|system|administrator)|system administrator",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(r"no[-_.]?reply|do[-_.]?not[-_.]?reply", re.IGNORECASE)
#: Written for a person who is away, whatever else it says (RFC 3834 and what was usual before it).
_AWAY_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply-from",
    "x-ms-exchange-inbox-rules-loop",
)
_AWAY_SUBJECT = re.compile(
    r"(?:re: *)?(?:auto(?:matic|mated)?[- ]?(?:reply|response|replied)|autoreply|out of (?:the )?office|vacation|on leave|away\b"
    r"|自動(?:応答|返信|回覆|回復)|不在|自动(?:回复|答复)|外出|(?:자동|부재 ?중) ?(?:응답|회신|답장)|부재 ?중)",
    re.IGNORECASE,
)
_AUTOMATIC = {"auto-submitted": ("auto-replied",), "precedence": ("auto_reply", "bulk", "junk", "list")}
#: The server goes on trying.
_LATE = re.compile(
    r"\b(?:still|will|continue|keep)\b[a-z ]{0,40}\b(?:retr(?:y|ied|ying)|tr(?:y|ying)\b|attempt)"
    r"|(?:has|have) not yet been delivered|delivery[a-z ]{0,20}\bdelayed|delayed \d+ hours|you do not need to resend",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(r"permanent|giv(?:en|ing) up|gave up|could not be delivered|returned|expired", re.IGNORECASE)
#: qmail's form (QSBMF): it only ever tells of what is given up.
_QSBMF = re.compile(r"Hi\. (?:This is|The)[ \n\r]", re.IGNORECASE)
#: Told of a mail that has arrived: a complaint (RFC 5965), or that it was read (RFC 8098).
_ARRIVED = ("message/feedback-report", "message/disposition-notification")
_NOT_LOST = ("delayed", "delivered", "relayed", "expanded")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")
_TEXT = 20_000

#: FAILED: it will not arrive. UNCLEAR: it came back, and somebody should look. NO_FAILURE: it is late, or has arrived.
FAILED, UNCLEAR, NO_FAILURE, AUTO_REPLY = "failed", "unclear", "no_failure", "auto_reply"


@dataclass(frozen=True)
class Report:
    """`delivery_id`: which of our mails is meant, None where it does not say; `status` such as 5.1.1, "" where unknown."""

    delivery_id: UUID | None
    outcome: str
    status: str = ""


def read_report(raw: bytes) -> Report | None:
    """What the mail reports, or None where it is nothing that a mail server writes about a mail of ours."""
    mail = read_part(raw)
    parts = list(walk(mail))
    tagged = _by_return_path(mail)
    delivery_id = tagged or _by_original(parts)
    if told := _by_status(parts):
        return Report(delivery_id, *told)
    if any(part.kind in _ARRIVED for part in parts):
        return Report(delivery_id, NO_FAILURE)
    if delivery_id is None:
        return None
    if _is_auto_reply(mail):
        return Report(delivery_id, AUTO_REPLY)
    return Report(delivery_id, *_by_text(mail, parts)) if _is_from_a_server(mail) else None


def delivery_of(message_id: str) -> UUID | None:
    """The delivery whose mail has this Message-ID, or None where it cannot be one of ours."""
    found = _MESSAGE_ID.fullmatch(message_id.strip())
    return UUID(found[1]) if found else None


def _by_return_path(mail: Part) -> UUID | None:
    """By the address that it came back to, which names the delivery where the policy has a bounce address."""
    found = (_TAGGED.search(mail.fields.get(name, "")) for name in _RETURNED_TO)
    return next((UUID(tag[1]) for tag in found if tag), None)


def _by_original(parts: Sequence[Part]) -> UUID | None:
    """By the Message-ID of the mail, or of its headers, that the report brings back."""
    for part in parts:
        if part.kind in MAILS:
            fields = read_part(part.content).fields
        elif part.kind in HEADS:
            fields = read_fields(part.text)
        else:
            continue
        if found := delivery_of(fields.get("message-id", "")):
            return found
    return None


def _by_status(parts: Sequence[Part]) -> tuple[str, str] | None:
    """Outcome and status by the fields made for programs, None where there are none."""
    texts = [part.text[:_TEXT] for part in parts if part.kind in _STATUSES]
    blocks = [read_fields(block) for text in texts for block in re.split(r"\n[ \t]*\n", text)]
    told = [(_action(block), _first_status(block.get("status", ""))) for block in blocks]
    for outcome in (FAILED, NO_FAILURE):
        if status := next((status for action, status in told if action == outcome), None):
            return outcome, status
        if any(action == outcome for action, _ in told):
            return outcome, ""
    return None


def _action(block: dict[str, str]) -> str | None:
    action, status = block.get("action", "").lower(), block.get("status", "")
    if action.startswith(_NOT_LOST) or status.startswith("2."):
        return NO_FAILURE
    return FAILED if action or status.startswith("5.") else None


def _is_auto_reply(mail: Part) -> bool:
    fields = mail.fields
    if any(name in fields for name in _AWAY_FIELDS) or _AWAY_SUBJECT.match(_subject(mail)):
        return True
    # A server that returns a mail may call its words automatic, too.
    if _SERVER.search(fields.get("from", "<>")) or "x-failed-recipients" in fields:
        return False
    return any(fields.get(name, "").lower().startswith(words) for name, words in _AUTOMATIC.items())


def _subject(mail: Part) -> str:
    """Decoded (RFC 2047) where that is possible."""
    written = mail.fields.get("subject", "")
    try:
        return str(make_header(decode_header(written)))
    except (MessageError, LookupError, ValueError):
        return written


def _is_from_a_server(mail: Part) -> bool:
    """By the sender of the envelope, or by the name that it gives itself."""
    sender, name = mail.fields.get("return-path"), mail.fields.get("from", "<>")
    if _SERVER.search(sender or "") or _SERVER.search(name) or "x-failed-recipients" in mail.fields:
        return True
    return sender is None and _NO_PERSON.search(name) is not None


def _by_text(mail: Part, parts: Sequence[Part]) -> tuple[str, str]:
    """Outcome and status by what is written for people. Whether it is late decides nothing where it may be lost."""
    own = [part.text for part in parts[:3] if part.kind.startswith("text/") and part.kind not in HEADS]
    text = f"{mail.fields.get('subject', '')}\n{' '.join(own)}"[:_TEXT]
    status = _first_status(text)
    if own and _QSBMF.match(own[0].lstrip()):
        return FAILED, status
    late = not status.startswith("5") and _LATE.search(text) and not _GIVEN_UP.search(text)
    return (NO_FAILURE if late else UNCLEAR), status


def _first_status(text: str) -> str:
    found = _STATUS.search(text)
    return found.group() if found else ""
