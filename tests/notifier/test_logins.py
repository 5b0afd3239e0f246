"""Mail servers that want TLS and a login: certificates checked, nothing in the clear, and no message spent on our faults."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chassis.errors import Unavailable
from services.notifier import use_cases
from services.notifier.smtp import NONE, STARTTLS, TLS, Login
from tests.notifier.conftest import House
from tests.notifier.post_office import OK, PostOffice

USER, PASSWORD = "card@library.example.jp", "a password, \u9d2c"


def _certificate(folder: Path, *names: x509.GeneralName) -> Path:
    """Of an authority of our own that is its own server; certificate and key in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office")])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM) + private)
    return file


@pytest.fixture(params=[STARTTLS, TLS])
def security(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def secured(house: House, tmp_path: Path, security: str) -> House:
    """A house whose mail server has a certificate and asks who one is, and which is told all of it."""
    await _secure(house, security, _certificate(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1"))))
    return house


async def _secure(house: House, security: str, file: Path) -> None:
    office, server = house.office, house.notifier.server
    await office.close()
    office.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    office.tls.load_cert_chain(file)
    office.implicit, office.knows = security == TLS, (USER, PASSWORD)
    await office.open()
    server.security, server.trust = security, ssl.create_default_context(cafile=file)
    server.login = Login(USER, PASSWORD)


async def _refused(house: House) -> str:
    """What is said of the server that takes nothing: no attempt is counted, and the message waits at the head."""
    await house.receive("hana@example.jp")
    with pytest.raises(Unavailable):
        await use_cases.send_next(house.notifier)
    assert [(row["status"], row["attempts"]) for row in await house.deliveries()] == [("waiting", 0)]
    return house.notifier.server.trouble


async def test_mails_go_out_after_a_login_over_tls(secured: House) -> None:
    await secured.receive("hana@example.jp", "taro@example.jp")
    assert await secured.send_all() == 2
    assert secured.office.recipients == ["hana@example.jp", "taro@example.jp"]
    assert (secured.office.logins, secured.notifier.server.trouble) == (1, "")


async def test_a_wrong_password_is_named_and_costs_no_message_anything(secured: House, office: PostOffice) -> None:
    secured.notifier.server.login = Login(USER, "wrong")
    said = "it refuses the login (OUCHI_SMTP_USER, OUCHI_SMTP_PASSWORD) 535"
    assert await _refused(secured) == said
    # It goes on by itself once the password is right.
    office.knows = (USER, "wrong")
    assert await secured.send_all() == 1
    assert (await secured.statuses(), secured.notifier.server.trouble) == (["sent"], "")


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(secured: House) -> None:
    secured.notifier.server.trust = ssl.create_default_context()
    assert (await _refused(secured)).startswith(
        "its certificate is not trusted (OUCHI_SMTP_CA): self-signed certificate"
    )
    assert secured.office.logins == 0


async def test_the_certificate_of_another_server_is_not_taken(house: House, tmp_path: Path, security: str) -> None:
    await _secure(house, security, _certificate(tmp_path, x509.DNSName("another.example.jp")))
    assert await _refused(house) == "its certificate is for another name (OUCHI_SMTP_HOST)"
    assert house.office.logins == 0


async def test_a_server_that_offers_no_tls_is_told_nothing(house: House, security: str) -> None:
    server = house.notifier.server
    server.security, server.trust, server.login = security, ssl.create_default_context(), Login(USER, PASSWORD)
    said = {STARTTLS: "SMTP STARTTLS extension not supported by server.", TLS: "no TLS with it"}[security]
    assert (await _refused(house)).startswith(said)
    assert (house.office.logins, house.office.senders, house.office.taken) == (0, [], [])


async def test_a_server_that_wants_to_know_who_we_are_spends_no_message(house: House) -> None:
    house.office.answer_rcpt = lambda _address: "530 5.7.0 Authentication required"
    assert house.notifier.server.security == NONE
    assert await _refused(house) == "it refuses the login (OUCHI_SMTP_USER, OUCHI_SMTP_PASSWORD) 530"
    house.office.answer_rcpt = lambda _address: OK
    assert await house.send_all() == 1


async def test_looking_logs_in_too(secured: House) -> None:
    secured.notifier.server.login = Login(USER, "wrong")
    await use_cases.look_at_server(secured.notifier)
    assert secured.notifier.server.trouble.endswith("535")
