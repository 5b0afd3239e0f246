"""DKIM (RFC 6376): our domain answers for the mail, and the headers that people see cannot be changed on the way.

By our own few lines: what is written is always the same, rsa-sha256 with relaxed/relaxed (sections 3.3.1, 3.4.2, 3.4.4).
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.settings import SettingsError

_SIGNED = (
    "from", "to", "reply-to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    "content-language",
)  # fmt: skip
#: Signed once more than they occur: one that is added on the way breaks the signature (section 8.15).
_CLOSED = ("from", "to", "reply-to", "subject", "date")
_SPACES = re.compile(rb"[ \t]+")
_FOLD = "\r\n "
_LINE = 72
#: Receivers ignore signatures by shorter keys (RFC 8301, 3.2).
_SHORTEST_KEY = 1024


@dataclass(frozen=True)
class Signer:
    """The public half of `key` stands in the DNS at `selector`._domainkey.`domain`."""

    selector: str
    domain: str
    key: RSAPrivateKey


def read_key(text: str) -> RSAPrivateKey:
    """The PEM key that `text` spells in base64. Raises SettingsError, which never shows the value."""
    try:
        key = load_pem_private_key(b64decode(text, validate=True), password=None)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SHORTEST_KEY:
        raise SettingsError(
            f"OUCHI_DKIM_KEY: not an RSA private key (PEM, {_SHORTEST_KEY} bits or more) in base64: base64 -w0 key.pem"
        )
    return key


def sign(signer: Signer, mail: bytes) -> bytes:
    """The mail, whose lines end with CRLF, with its signature before all other headers, which stay as they are."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = dict(_field(line) for line in re.split(rb"\r\n(?![ \t])", head))
    present = [name for name in _SIGNED if name in fields]
    unsigned = _signature(signer, [*present, *_CLOSED], sha256(_relaxed_body(body)).digest())
    lines = [b"%s:%s\r\n" % (name.encode(), fields[name]) for name in present]
    signed = b"".join(lines) + b"%s:%s" % (b"dkim-signature", _field(unsigned.encode())[1])
    signature = b64encode(signer.key.sign(signed, PKCS1v15(), SHA256())).decode()
    return f"{unsigned}{_FOLD}{_FOLD.join(_pieces(signature))}\r\n".encode() + mail


def _signature(signer: Signer, names: Sequence[str], body_hash: bytes) -> str:
    """The header up to the signature itself, whose place is empty; white space in it does not count."""
    tags = ["DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;"]
    tags += [f"d={signer.domain};", f"s={signer.selector};"]
    tags += [f"h={names[0]}", *(f":{name}" for name in names[1:-1]), f":{names[-1]};"]
    tags += [f"bh={b64encode(body_hash).decode()};", "b="]
    return _FOLD.join(tags)


def _pieces(text: str) -> list[str]:
    return [text[start : start + _LINE] for start in range(0, len(text), _LINE)]


def _field(line: bytes) -> tuple[str, bytes]:
    """Its name in lower case, and its value on one line with single spaces."""
    name, _, value = line.partition(b":")
    return name.decode("ascii").strip().lower(), _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _relaxed_body(body: bytes) -> bytes:
    lines = [_SPACES.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
