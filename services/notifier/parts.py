"""The parts of a mail that a stranger wrote: found in time that grows with its length alone, whatever it holds.

Of a head 64,000 characters are read, of a field in it 1,000, of the nesting 8 levels, of the parts 100.
What lies beyond is not looked at, and nothing raises.
"""

import quopri
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from string import ascii_letters, digits

_BLANK = re.compile(rb"\n[ \t]*\n")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)")
_FOLDED = re.compile(r"\n[ \t]+")
_NOT_BASE64 = bytes(set(range(256)) - set(b"+/" + ascii_letters.encode() + digits.encode()))
_LONGEST_HEAD, _LONGEST_FIELD, _DEPTH, _PARTS = 64_000, 1000, 8, 100
#: A whole mail within a mail, or its head alone.
MAILS, HEADS = ("message/rfc822", "message/global"), ("text/rfc822-headers", "message/global-headers")


@dataclass(frozen=True)
class Part:
    """A mail or a part of one: its fields by lower-case names, of several with one name the first, and what follows."""

    fields: Mapping[str, str]
    body: bytes

    @cached_property
    def _described(self) -> Message:
        message = Message()
        message["Content-Type"] = self.fields.get("content-type", "text/plain")
        return message

    @property
    def kind(self) -> str:
        return self._described.get_content_type()

    @property
    def boundary(self) -> bytes | None:
        found = self._described.get_param("boundary")
        # As RFC 2231 has it: charset, language and text. Python has charsets that raise whatever they are to decode.
        text = found[2] if isinstance(found, tuple) else found
        return text.rstrip().encode("latin-1", "replace") if text else None

    @property
    def content(self) -> bytes:
        """The body as it was before it was encoded for the way."""
        encoding = self.fields.get("content-transfer-encoding", "").lower()
        if encoding == "base64":
            letters = self.body.translate(None, _NOT_BASE64)
            return b64decode(letters[: len(letters) // 4 * 4])
        return quopri.decodestring(self.body) if encoding == "quoted-printable" else self.body

    @property
    def text(self) -> str:
        """What ASCII can say of it; a charset that nobody knows costs no more than its own letters."""
        return self.content.decode("latin-1")


def read_part(raw: bytes) -> Part:
    """Head and body, whatever ends their lines: in what follows it is a line feed. What is no field is left out."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    end = _BLANK.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    return Part(read_fields(head[:_LONGEST_HEAD].decode("latin-1")), body)


def read_fields(head: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in _FOLDED.sub(" ", head).splitlines():
        if field := _FIELD.match(line[:_LONGEST_FIELD]):
            fields.setdefault(field[1].lower(), field[2].strip())
    return fields


def walk(mail: Part) -> Iterator[Part]:
    """The mail itself and all its parts, also those of mails within it, in the order in which they stand."""
    waiting = [(mail, 0)]
    for _ in range(_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop()
        yield part
        if depth < _DEPTH:
            waiting += [(inner, depth + 1) for inner in reversed(_inner(part))]


def _inner(part: Part) -> list[Part]:
    if part.kind in MAILS:
        return [read_part(part.content)]
    if not part.kind.startswith("multipart/") or not (boundary := part.boundary):
        return []
    # The text before the first boundary is no part, nor is what follows the last.
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?=\n|\Z)")
    return [_after_line(piece) for piece in line.split(b"\n" + part.body, maxsplit=_PARTS)[1:]]


def _after_line(piece: bytes) -> Part:
    piece = piece.removeprefix(b"\n")
    # Without any field: what begins with an empty line is all body.
    return Part({}, piece) if piece.startswith(b"\n") else read_part(piece)
