"""DKIM (RFC 6376): our domain answers for the mail, and the headers that people see cannot be changed on the way."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP

import dkim

from chassis.settings import SettingsError

_SIGNED = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    "Content-Language",
)  # fmt: skip
#: Signed once more than they occur: one that is added on the way breaks the signature.
_CLOSED = ("From", "To", "Reply-To", "Subject", "Date")


@dataclass(frozen=True)
class Signer:
    """`key` is a PEM private RSA key; its public half stands in the DNS at `selector`._domainkey.`domain`."""

    selector: str
    domain: str
    key: bytes


def read_key(text: str) -> bytes:
    """The PEM key that `text` spells in base64. Raises SettingsError, which never shows the value."""
    try:
        key = b64decode(text, validate=True)
        dkim.parse_pem_private_key(key)
    except (ValueError, binascii.Error, dkim.UnparsableKeyError):
        raise SettingsError("OUCHI_DKIM_KEY: not an RSA private key (PEM) in base64: base64 -w0 key.pem") from None
    return key


def sign(signer: Signer, mail: bytes) -> bytes:
    """The mail with its signature before all other headers, which stay as they are."""
    message = message_from_bytes(mail, policy=SMTP)
    names = [name for name in _SIGNED if name in message] + list(_CLOSED)
    signature: bytes = dkim.sign(
        mail,
        signer.selector.encode(),
        signer.domain.encode(),
        signer.key,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name.lower().encode() for name in names],
    )
    return signature + mail
