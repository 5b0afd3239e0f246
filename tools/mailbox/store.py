"""Mails as files: `<id>.eml` as it came, `<id>.json` what only the envelope knew."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tools.places import private_file


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipients: tuple[str, ...]
    received_at: datetime
    read: bool = False


@dataclass(frozen=True)
class Mail:
    """One mail as it was received."""

    id: str
    envelope: Envelope
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


class Store:
    """The mails in one folder, the newest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, raw: bytes, sender: str, recipients: Sequence[str]) -> str:
        # Sorted by time of arrival, and no harm in an address.
        mail_id = f"{time.time_ns():020d}{secrets.token_hex(4)}"
        self._write(mail_id, Envelope(sender, tuple(recipients), datetime.now(UTC)))
        partial = self.folder / f".{mail_id}"
        partial.write_bytes(raw)
        partial.rename(self.folder / f"{mail_id}.eml")
        return mail_id

    def ids(self) -> list[str]:
        return sorted((file.stem for file in self.folder.glob("*.eml")), reverse=True)

    def get(self, mail_id: str) -> Mail | None:
        if mail_id == "latest":
            return next(iter(self.all()), None)
        if not mail_id.isalnum():
            return None
        try:
            raw = (self.folder / f"{mail_id}.eml").read_bytes()
            written = json.loads((self.folder / f"{mail_id}.json").read_text())
        except FileNotFoundError:
            return None
        received_at = datetime.fromisoformat(written["received_at"])
        return Mail(
            mail_id, Envelope(written["sender"], tuple(written["recipients"]), received_at, written["read"]), raw
        )

    def mark(self, mail_id: str, *, read: bool = True) -> None:
        mail = self.get(mail_id)
        if mail and mail.envelope.read is not read:
            old = mail.envelope
            self._write(mail.id, Envelope(old.sender, old.recipients, old.received_at, read))

    def delete(self, mail_id: str) -> None:
        if mail_id.isalnum():
            for ending in ("eml", "json"):
                (self.folder / f"{mail_id}.{ending}").unlink(missing_ok=True)

    def all(self) -> list[Mail]:
        return [mail for mail_id in self.ids() if (mail := self.get(mail_id))]

    def _write(self, mail_id: str, envelope: Envelope) -> None:
        fields = asdict(envelope) | {"received_at": envelope.received_at.isoformat()}
        private_file(self.folder / f"{mail_id}.json", json.dumps(fields, ensure_ascii=False))
