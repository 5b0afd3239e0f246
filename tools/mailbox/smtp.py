"""Takes every mail from everybody, and keeps it."""

import asyncio

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tools.mailbox.store import Store

MAXIMUM_BYTES = 64 * 1024 * 1024


class Keeper:
    """The handler that aiosmtpd calls."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.store.add(raw, envelope.mail_from or "", [str(recipient) for recipient in envelope.rcpt_tos])
        return "250 OK"


def _anybody(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, credentials: LoginPassword | None
) -> AuthResult:
    return AuthResult(success=True)


async def listen(store: Store, host: str, port: int) -> asyncio.Server:
    def protocol() -> SMTP:
        return SMTP(
            Keeper(store),
            data_size_limit=MAXIMUM_BYTES,
            ident="Ouchi development mailbox",
            authenticator=_anybody,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )

    return await asyncio.get_running_loop().create_server(protocol, host, port)
