"""The conversation with the mail server.

Until it has taken our sender, nothing is about the one message: whatever goes wrong there is the server's trouble and
counts against no delivery. From the recipient on it is this message's.
"""

from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib

_TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError)
QUIT_SECONDS = 5


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in; `name` is the one we greet it with. Timeouts in seconds, for one answer each.

    An answer to the mail itself may take long: a timeout there leaves open whether it was taken.
    """

    host: str
    port: int
    name: str
    timeout: float = 15
    data_timeout: float = 60


class ServerAway(Exception):
    """The server takes no mail from us at present; the message says at which step, and no address."""


class Refused(Exception):
    """The server took not this message: for good (5xx), or for the time being. The message holds no address."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


async def send(server: MailServer, sender: str, recipient: str, mail: bytes) -> None:
    """Returns once the server has taken the mail. Raises ServerAway or Refused."""
    client = aiosmtplib.SMTP(hostname=server.host, port=server.port, local_hostname=server.name, timeout=server.timeout)
    try:
        try:
            await client.connect()
            await client.mail(sender)
        except _TROUBLE as error:
            raise ServerAway(_reason(error)) from None
        try:
            await client.rcpt(recipient)
            await client.data(mail, timeout=server.data_timeout)
        except _TROUBLE as error:
            code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
            raise Refused(_reason(error), permanent=500 <= code < 600) from None
        with suppress(*_TROUBLE):
            await client.quit(timeout=QUIT_SECONDS)
    finally:
        client.close()


def _reason(error: Exception) -> str:
    # The server's own words may repeat the address.
    code = f" {error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
