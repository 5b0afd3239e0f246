"""Signed mails, as a receiver checks them: over the wire, against the public key in the DNS."""

import dataclasses
import functools
from base64 import b64encode
from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.settings import SettingsError
from services.notifier import signing
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
    mail = await _sent(house, Signer("card", DOMAIN, _key()))
    assert _verified(mail)
    assert next(iter(house.office.messages[0])) == "DKIM-Signature"


async def test_everything_else_stays_as_it_is(house: House) -> None:
    mail = await _sent(house, None)
    assert sign(Signer("card", DOMAIN, _key()), mail).endswith(b"\r\n" + mail)
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
    mail = await _sent(house, Signer("card", DOMAIN, _key()))
    changed = change(mail)
    assert changed != mail
    assert not _verified(changed)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_the_usual_forms_of_a_key_are_read(form: PrivateFormat) -> None:
    assert read_key(b64encode(_pem(form)).decode()).private_numbers() == _key().private_numbers()


def test_what_is_no_rsa_key_of_a_useful_length_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_SHORTEST_KEY", 4096)
    for key in (_key(), ed25519.Ed25519PrivateKey.generate()):
        text = b64encode(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())).decode()
        with pytest.raises(SettingsError, match="not an RSA private key") as refused:
            read_key(text)
        assert text not in str(refused.value)
    locked = _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    for text in (b64encode(locked).decode(), b64encode(b"no key").decode(), "no base64 é", ""):
        with pytest.raises(SettingsError, match="not an RSA private key"):
            read_key(text)


#: Bodies and values that canonical forms differ about: spaces, tabs, folds, empty lines at the end, no line at all.
_LINES = st.lists(st.text(st.sampled_from("a \t.=é"), max_size=6).map(str.encode), max_size=6)


@settings(max_examples=30)
@given(_LINES, st.text(st.sampled_from("ab \t:;="), max_size=20), st.sampled_from([b"\r\n", b"\r\n\r\n", b" \r\n"]))
def test_another_verifier_agrees_whatever_the_mail_looks_like(lines: list[bytes], subject: str, end: bytes) -> None:
    head = b"From: a@example.jp\r\nSubject: x%s\r\n\ty\r\nTo:b@example.jp\r\n\r\n" % subject.encode()
    mail = head + b"\r\n".join(lines) + end
    assert _verified(sign(Signer("card", DOMAIN, _key()), mail))


def test_its_lines_are_short() -> None:
    signed = sign(Signer("card", DOMAIN, _key()), b"From: a@example.jp\r\n\r\nx\r\n")
    assert max(map(len, signed.split(b"\r\n"))) <= 78
