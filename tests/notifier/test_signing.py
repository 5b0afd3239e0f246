"""Signed mails, as a receiver checks them: over the wire, against the public key in the DNS."""

import dataclasses
import functools
from base64 import b64encode
from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.notifier.signing import Signer, read_key, sign
from tests.notifier.conftest import House
from tests.notifier.samples import heard

DOMAIN = "library.city.kumamoto.jp"
ADDRESS = f"card._domainkey.{DOMAIN}."


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _pem(form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return _key().private_bytes(Encoding.PEM, form, NoEncryption())


def _dns(name: bytes, timeout: int = 5) -> bytes | None:
    public = b64encode(_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return b"v=DKIM1; k=rsa; p=" + public if name == ADDRESS.encode() else None


def _verified(mail: bytes) -> bool:
    return bool(dkim.verify(mail, dnsfunc=_dns))


async def _sent(house: House, signer: Signer | None) -> bytes:
    house.notifier = dataclasses.replace(house.notifier, signer=signer)
    await house.hear(heard("application.received.v1"))
    await house.send_all()
    [(_, mail)] = house.office.taken
    return mail


async def test_a_receiver_finds_the_signature_right(house: House) -> None:
    mail = await _sent(house, Signer("card", DOMAIN, _pem()))
    assert _verified(mail)
    assert next(iter(house.office.messages[0])) == "DKIM-Signature"


async def test_everything_else_stays_as_it_is(house: House) -> None:
    mail = await _sent(house, None)
    assert sign(Signer("card", DOMAIN, _pem()), mail).endswith(b"\r\n" + mail)
    assert b"DKIM-Signature" not in mail


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace(b"hana@example.jp", b"evil@example.jp"),
        lambda mail: mail.replace(b"Auto-Submitted: auto-generated\r\n", b""),
        lambda mail: b"From: evil@example.jp\r\n" + mail,
        lambda mail: b"Subject: evil\r\n" + mail,
        lambda mail: b"Reply-To: evil@example.jp\r\n" + mail,
        lambda mail: mail + b"more\r\n",
    ],
    ids=["recipient", "lost header", "second From", "second Subject", "new Reply-To", "longer body"],
)
async def test_what_is_changed_or_added_on_the_way_breaks_the_signature(
    house: House, change: Callable[[bytes], bytes]
) -> None:
    mail = await _sent(house, Signer("card", DOMAIN, _pem()))
    changed = change(mail)
    assert changed != mail
    assert not _verified(changed)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
async def test_the_usual_forms_of_a_key_are_read(form: PrivateFormat) -> None:
    assert read_key(b64encode(_pem(form)).decode()) == _pem(form)
