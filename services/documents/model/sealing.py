"""Encryption at rest: AES-256-GCM with a random key for each document, wrapped by a master key.

Everything sealed is bound to its document and its rendition: exchanged files do not open. Its size is padded by chance: the
same photograph is not known again by the sizes of its objects.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES, _TAG_BYTES = 12, 16
#: What is sealed under another name than its rendition's begins with its length, and ends with padding.
_PADDED, _LENGTH_BYTES = "/padded", 4


class KeyMissing(Exception):
    """The master key that wrapped this is not among ours."""


@dataclass(frozen=True)
class MasterKeys:
    """The master keys by name, 32 bytes each; new documents use the last one, older ones stay readable."""

    by_name: Mapping[str, bytes] = field(repr=False)

    @property
    def newest(self) -> str:
        """The name of the key for new documents."""
        return list(self.by_name)[-1]

    def get(self, name: str) -> bytes:
        """Raises KeyMissing."""
        try:
            return self.by_name[name]
        except KeyError:
            raise KeyMissing(name) from None


def new_key() -> bytes:
    """A key for one document."""
    return AESGCM.generate_key(256)


def wrap(keys: MasterKeys, name: str, key: bytes, document: UUID) -> bytes:
    """A document's key, readable only with the master key of this name and only for this document."""
    return _encrypt(keys.get(name), key, _about(document, "key"))


def unwrap(keys: MasterKeys, name: str, wrapped: bytes, document: UUID) -> bytes:
    """Raises KeyMissing, and cryptography's InvalidTag where it was wrapped for another document."""
    return _decrypt(keys.get(name), wrapped, _about(document, "key"))


def key_object(keys: MasterKeys, key: bytes, document: UUID) -> bytes:
    """A document's key as it is stored beside the images: the name of the newest master key, and what it wrapped."""
    return keys.newest.encode() + b"\n" + wrap(keys, keys.newest, key, document)


def open_key(keys: MasterKeys, content: bytes, document: UUID) -> bytes:
    """The key in such an object. Raises as `unwrap`."""
    name, _, wrapped = content.partition(b"\n")
    return unwrap(keys, name.decode(errors="replace"), wrapped, document)


def seal(key: bytes, plain: bytes, document: UUID, rendition: str) -> bytes:
    """One rendition as it is stored."""
    return _encrypt(key, _padded(plain), _about(document, rendition + _PADDED))


def unseal(key: bytes, sealed: bytes, document: UUID, rendition: str) -> bytes:
    """Raises cryptography's InvalidTag where the bytes are damaged, or another document's or rendition's."""
    try:
        padded = _decrypt(key, sealed, _about(document, rendition + _PADDED))
    except InvalidTag:
        # As it was sealed before sizes were padded.
        return _decrypt(key, sealed, _about(document, rendition))
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")]


def fingerprint(key: bytes, document: UUID, digest: bytes) -> bytes:
    """Tells whether a repeated upload has the same bytes, given their SHA-256.

    Keyed with the document's own key and bound to the document: nobody without it learns whether they hold the same
    picture, it outlives a new master key, and it is worthless once the key is gone.
    """
    derived = hmac.digest(key, b"ouchi fingerprint of uploads", "sha256")
    return hmac.digest(derived, document.bytes + digest, "sha256")


def marks(keys: MasterKeys, application: UUID, digest: bytes) -> list[bytes]:
    """What a file is known by within its application, given its SHA-256: by each master key, the newest last.

    Nobody without a master key learns whether they hold the same picture. Once a key is retired what it marked is just
    not known any more.
    """
    derived = (hmac.digest(key, b"ouchi marks of files", "sha256") for key in keys.by_name.values())
    return [hmac.digest(each, application.bytes + digest, "sha256") for each in derived]


def padme(length: int) -> int:
    """The next size up that has few significant bits, at most 12 % more (Nikitin et al., PURBs, 2019, section 4)."""
    exponent = length.bit_length() - 1
    mask = (1 << max(0, exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def _padded(plain: bytes) -> bytes:
    """The length, the bytes, and by chance up to an eighth and 1 KiB of zeros, so many that the size is a common one."""
    whole = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    return whole.ljust(padme(len(whole) + secrets.randbelow(len(whole) // 8 + 1024)), b"\0")


def _about(document: UUID, part: str) -> bytes:
    return document.bytes + part.encode()


def _encrypt(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _decrypt(key: bytes, sealed: bytes, about: bytes) -> bytes:
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
