"""A mail server that does what a test tells it: take, refuse, put off, hang up, or hold its answer back."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


@dataclass
class PostOffice:
    """`taken` are the mails that it answered 250 for, in order; the answers may be changed at any time.

    An answer of None hangs up without a word.
    """

    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    seen: int = 0
    #: How many conversations were begun.
    greeted: int = 0
    #: How many ended with a goodbye.
    goodbyes: int = 0
    #: Recipients as they came over the wire, before they are parsed.
    asked_for: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    answer_mail: Callable[[], str | None] = lambda: OK
    answer_rcpt: Callable[[str], str | None] = lambda _address: OK
    answer_data: Callable[[str], str | None] = lambda _address: OK
    #: Set by a test that wants the last answer to be held back until it is cleared.
    hold: asyncio.Event | None = None
    #: With a certificate: TLS from the first byte (`implicit`), or as STARTTLS.
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    #: User and password, where it asks who one is.
    knows: tuple[str, str] | None = None
    #: How many logins were tried.
    logins: int = 0
    _server: asyncio.Server | None = None
    _sessions: set[SMTP] = field(default_factory=set)

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.taken]

    async def open(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()

        def session() -> SMTP:
            with warnings.catch_warnings():
                # It knows nothing of the TLS that was there before its first word.
                warnings.simplefilter("ignore", UserWarning)
                made = Teller(
                    self,
                    loop=loop,
                    enable_SMTPUTF8=False,
                    ident="post office",
                    tls_context=None if self.implicit else self.tls,
                    require_starttls=self.tls is not None and not self.implicit,
                    authenticator=self.authenticate,
                    auth_required=self.knows is not None,
                    auth_require_tls=not self.implicit,
                )
            self._sessions.add(made)
            self.greeted += 1
            return made

        secured = self.tls if self.implicit else None
        self._server = await loop.create_server(session, "127.0.0.1", self.port, ssl=secured)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server:
            self._server.close()
            self.hang_up()
            self._server = None

    def hang_up(self) -> None:
        """End every conversation without a word."""
        for session in self._sessions:
            if session.transport:
                session.transport.close()
        self._sessions.clear()

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: object
    ) -> AuthResult:
        assert isinstance(said, LoginPassword)
        self.logins += 1
        right = self.knows == (said.login.decode(), said.password.decode())
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answer_mail()
        if answer == OK:
            self.senders.append(address)
            envelope.mail_from = address
        return _say(server, answer)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answer_rcpt(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return _say(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipient, content = envelope.rcpt_tos[0], envelope.content
        assert isinstance(content, bytes)
        answer = self.answer_data(recipient)
        if answer == OK:
            self.taken.append((recipient, content))
        self.seen += 1
        if self.hold:
            await self.hold.wait()
        return _say(server, answer)


class Teller(SMTP):
    """One conversation."""

    async def smtp_QUIT(self, arg: str) -> None:
        self.event_handler.goodbyes += 1
        await super().smtp_QUIT(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        self.event_handler.asked_for.append(arg)
        await super().smtp_RCPT(arg)


def _say(server: SMTP, answer: str | None) -> str:
    if answer is None:
        cast(asyncio.Transport, server.transport).abort()
        return ""
    return answer


@asynccontextmanager
async def open_post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    await office.open()
    try:
        yield office
    finally:
        await office.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that the server, which gives no sign, has come to."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the server is not ours to add an event to
            await asyncio.sleep(0.01)
