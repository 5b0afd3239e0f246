"""The conversation with the mail server.

Until it has taken our sender, nothing is about the one message: whatever goes wrong there is the server's trouble and
counts against no delivery. From the recipient on it is this message's.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field

import aiosmtplib

_TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError)
QUIT_SECONDS = 1


@dataclass(frozen=True)
class Idle:
    """A connection over which the server has taken a mail, and when that was on the monotonic clock."""

    client: aiosmtplib.SMTP
    since: float


@dataclass
class MailServer:
    """Where mails are handed in; `name` is the one we greet it with. Timeouts in seconds, for one answer each.

    An answer to the mail itself may take long: a timeout there leaves open whether it was taken. At most `connections`
    mails are handed in at once. `idle` are the connections that stand and that nobody sends over just now, the latest
    used last.
    """

    host: str
    port: int
    name: str
    timeout: float = 15
    data_timeout: float = 60
    connections: int = 4
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
            raise Refused(_reason(error), permanent=500 <= code < 600) from None
        raise
    server.idle.append(Idle(client, time.monotonic()))


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
    while server.idle:
        client = server.idle.pop().client
        # Refused here, it may only have been closed meanwhile, or have taken as much as it may: a new one will tell.
        with suppress(*_TROUBLE):
            return await _sender_taken(client, sender)
    client = aiosmtplib.SMTP(hostname=server.host, port=server.port, local_hostname=server.name, timeout=server.timeout)
    try:
        await client.connect()
        return await _sender_taken(client, sender)
    except _TROUBLE as error:
        raise ServerAway(_reason(error)) from None


async def _sender_taken(client: aiosmtplib.SMTP, sender: str) -> aiosmtplib.SMTP:
    try:
        await client.mail(sender)
    except BaseException:
        client.close()
        raise
    return client


def _reason(error: BaseException) -> str:
    # The server's own words may repeat the address.
    code = f" {error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
