"""The conversation with the mail server.

Until it has taken our sender, nothing is about the one message: whatever goes wrong there is the server's trouble and
counts against no delivery. From the recipient on it is this message's.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import aiosmtplib

NONE, STARTTLS, TLS = SECURITIES = ("none", "starttls", "tls")
#: RFC 6409, RFC 8314.
PORTS = {NONE: 25, STARTTLS: 587, TLS: 465}
#: The server wants to know who we are, or does not believe it (RFC 4954): our trouble, whichever message it is told of.
_WHO_ARE_YOU = (530, 534, 535, 538)
#: X509_V_ERR_HOSTNAME_MISMATCH and ..._IP_ADDRESS_MISMATCH.
_ANOTHER_NAME = (62, 64)

_TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError)
QUIT_SECONDS = 1


@dataclass(frozen=True)
class Idle:
    """A connection over which the server has taken a mail, and when that was on the monotonic clock."""

    client: aiosmtplib.SMTP
    since: float


@dataclass(frozen=True)
class Login:
    """Said over TLS alone."""

    user: str
    password: str = field(repr=False)


@dataclass
class MailServer:
    """Where mails are handed in; `name` is the one we greet it with. Timeouts in seconds, for one answer each.

    With a security of STARTTLS or TLS nothing but the wish for it is said in the clear, whatever the server offers, and its
    certificate must be that of `host`. An answer to the mail itself may take long: a timeout there leaves open whether it
    was taken. At most `connections` mails are handed in at once. `idle` are the connections that stand and that nobody
    sends over just now, the latest used last.
    """

    host: str
    port: int
    name: str
    timeout: float = 15
    data_timeout: float = 60
    connections: int = 4
    security: str = NONE
    #: Authorities by which its certificate is checked.
    trust: ssl.SSLContext | None = None
    login: Login | None = None
    #: Why it took nothing from us when it was last asked, "" where it did; when that was on the monotonic clock.
    trouble: str = ""
    asked_at: float = 0
    idle: list[Idle] = field(default_factory=list)


class ServerAway(Exception):
    """The server takes no mail from us at present; the message says at which step, and no address."""


class Refused(Exception):
    """The server took not this message: for good (5xx), or for the time being. The message holds no address."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


async def send(server: MailServer, sender: str, recipient: str, mail: bytes) -> None:
    """Returns once the server has taken the mail. Raises ServerAway or Refused."""
    client = await _begin(server, sender)
    try:
        await client.rcpt(recipient)
        await client.data(mail, timeout=server.data_timeout)
    except BaseException as error:
        # Whatever else was in the air on this connection ends with it.
        client.close()
        if isinstance(error, _TROUBLE):
            code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
            if code in _WHO_ARE_YOU:
                raise _away(server, error) from None
            raise Refused(_reason(error), permanent=500 <= code < 600) from None
        raise
    server.idle.append(Idle(client, time.monotonic()))


async def look(server: MailServer, seconds: float) -> None:
    """Where nothing was sent for so long: see whether the server would take something, and note it in `trouble`."""
    if server.asked_at and time.monotonic() - server.asked_at < seconds:
        return
    server.asked_at = time.monotonic()
    client = _client(server)
    try:
        await client.connect()
        server.trouble = ""
        with suppress(*_TROUBLE):
            await client.quit(timeout=QUIT_SECONDS)
    except _TROUBLE as error:
        server.trouble = _reason(error)
    finally:
        client.close()


async def hang_up(server: MailServer, idle_seconds: float = 0) -> None:
    """Say goodbye where nothing was sent for so long."""
    latest = time.monotonic() - idle_seconds
    old = [idle for idle in server.idle if idle.since <= latest]
    server.idle[:] = [idle for idle in server.idle if idle.since > latest]
    for idle in old:
        try:
            with suppress(*_TROUBLE):
                await idle.client.quit(timeout=QUIT_SECONDS)
        finally:
            idle.client.close()


async def _begin(server: MailServer, sender: str) -> aiosmtplib.SMTP:
    """A connection over which the server has taken our sender: one that stands, else a new one. Raises ServerAway."""
    server.asked_at = time.monotonic()
    while server.idle:
        client = server.idle.pop().client
        # Refused here, it may only have been closed meanwhile, or have taken as much as it may: a new one will tell.
        with suppress(*_TROUBLE):
            return await _sender_taken(client, sender)
    client = _client(server)
    try:
        await client.connect()
        taken = await _sender_taken(client, sender)
    except _TROUBLE as error:
        raise _away(server, error) from None
    server.trouble = ""
    return taken


def _client(server: MailServer) -> aiosmtplib.SMTP:
    login = server.login
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=server.name,
        timeout=server.timeout,
        use_tls=server.security == TLS,
        start_tls=server.security == STARTTLS,
        tls_context=server.trust,
        username=login.user if login else None,
        password=login.password if login else None,
    )


def _away(server: MailServer, error: BaseException) -> ServerAway:
    server.trouble = _reason(error)
    return ServerAway(server.trouble)


async def _sender_taken(client: aiosmtplib.SMTP, sender: str) -> aiosmtplib.SMTP:
    try:
        await client.mail(sender)
    except BaseException:
        client.close()
        raise
    return client


def _reason(error: BaseException) -> str:
    """What to mend, or at which step; not in the server's own words, which may repeat the address."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in _ANOTHER_NAME:
                return "its certificate is for another name (OUCHI_SMTP_HOST)"
            return f"its certificate is not trusted (OUCHI_SMTP_CA): {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS with it (OUCHI_SMTP_SECURITY, OUCHI_SMTP_PORT): {cause.reason}"
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code in _WHO_ARE_YOU:
        return f"it refuses the login (OUCHI_SMTP_USER, OUCHI_SMTP_PASSWORD) {error.code}"
    if type(error) is aiosmtplib.SMTPException:
        # The library's words: what the server does not offer.
        return str(error)
    code = f" {error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
