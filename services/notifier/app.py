"""notifier on one page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import create_default_context

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from environs import Env, validate

from chassis.health import Check
from chassis.loops import Loop
from chassis.pulse import Pulse
from chassis.service import Chassis, Service
from chassis.settings import SettingsError
from chassis.tokens import token_hash
from chassis.web.languages import read_catalogues
from contracts import CONTRACTS, ENVELOPE
from rules.policy import PolicyError, load_policy
from services.notifier import api, handlers, use_cases
from services.notifier.letters import CATALOGUES
from services.notifier.signing import Signer, read_key
from services.notifier.smtp import NONE, PORTS, SECURITIES, Login, MailServer, hang_up
from services.notifier.use_cases import Notifier

#: As `/readyz` calls it.
MAIL_SERVER = "mail server"


@dataclass(frozen=True)
class NotifierSettings:
    """What notifier alone needs to know about where it runs."""

    #: The policy file.
    library: str
    #: Where staff sign in, for the links in their mails.
    review_url: str
    smtp_host: str
    smtp_port: int
    #: How many mails may be on their way to the mail server at once.
    smtp_connections: int = 4
    #: One of SECURITIES.
    smtp_security: str = NONE
    #: None: the server asks for no login.
    smtp_login: Login | None = None
    #: A file of authorities (PEM) by which its certificate is checked, instead of this machine's.
    smtp_ca: str = ""
    #: Of the DKIM key; both or none.
    dkim_selector: str = ""
    #: None: mails are not signed here.
    dkim_key: RSAPrivateKey | None = None
    #: Who knows it may tell of mails that came back; empty: nobody.
    bounce_token: str = ""


def read(env: Env) -> NotifierSettings:
    """OUCHI_LIBRARY, OUCHI_REVIEW_URL; OUCHI_SMTP_HOST, OUCHI_SMTP_PORT, OUCHI_SMTP_CONNECTIONS, OUCHI_SMTP_SECURITY (none,
    starttls or tls), OUCHI_SMTP_USER, OUCHI_SMTP_PASSWORD or OUCHI_SMTP_PASSWORD_FILE, OUCHI_SMTP_CA; OUCHI_DKIM_SELECTOR
    and OUCHI_DKIM_KEY (base64 of a PEM file), both empty where the relay signs or nobody does; OUCHI_BOUNCE_TOKEN.
    """
    security = env.str("SMTP_SECURITY", "") or NONE
    if security not in SECURITIES:
        raise SettingsError(f"OUCHI_SMTP_SECURITY: one of {', '.join(SECURITIES)}")
    selector, key = env.str("DKIM_SELECTOR", ""), env.str("DKIM_KEY", "")
    if bool(selector) != bool(key):
        raise SettingsError("OUCHI_DKIM_SELECTOR and OUCHI_DKIM_KEY: set both or none")
    return NotifierSettings(
        library=env.str("LIBRARY"),
        review_url=env.str("REVIEW_URL"),
        smtp_host=env.str("SMTP_HOST"),
        smtp_port=env.int("SMTP_PORT", PORTS[security]),
        smtp_connections=env.int("SMTP_CONNECTIONS", 4, validate=validate.Range(min=1)),
        smtp_security=security,
        smtp_login=_login(env, security),
        smtp_ca=env.str("SMTP_CA", ""),
        dkim_selector=selector,
        dkim_key=read_key(key) if key else None,
        bounce_token=env.str("BOUNCE_TOKEN", ""),
    )


def _login(env: Env, security: str) -> Login | None:
    user, password, file = env.str("SMTP_USER", ""), env.str("SMTP_PASSWORD", ""), env.str("SMTP_PASSWORD_FILE", "")
    if not (user or password or file):
        return None
    if security == NONE:
        raise SettingsError("OUCHI_SMTP_USER: a password is not sent in the clear: OUCHI_SMTP_SECURITY=starttls or tls")
    if file and not password:
        try:
            password = Path(file).read_text(encoding="utf-8").strip("\r\n")
        except (OSError, ValueError) as error:
            raise SettingsError(f"OUCHI_SMTP_PASSWORD_FILE: {type(error).__name__}") from None
    if not user or not password:
        raise SettingsError("OUCHI_SMTP_USER and OUCHI_SMTP_PASSWORD (or OUCHI_SMTP_PASSWORD_FILE): set both or none")
    return Login(user, password)


def _mail_server(own: NotifierSettings, name: str) -> MailServer:
    try:
        trust = None if own.smtp_security == NONE else create_default_context(cafile=own.smtp_ca or None)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"OUCHI_SMTP_CA: no certificates of authorities (PEM) in it ({type(error).__name__})"
        ) from None
    return MailServer(
        own.smtp_host,
        own.smtp_port,
        name,
        connections=own.smtp_connections,
        security=own.smtp_security,
        trust=trust,
        login=own.smtp_login,
    )


def checks(notifier: Notifier) -> Mapping[str, Check]:
    async def mail_server() -> str:
        return notifier.server.trouble

    return {MAIL_SERVER: mail_server}


@asynccontextmanager
async def start(chassis: Chassis, own: NotifierSettings) -> AsyncIterator[Notifier]:
    policy = load_policy(own.library)
    # One that is damaged is found now, not when a letter is due.
    read_catalogues(CATALOGUES)
    sender_domain = policy.mail.sender_address.rpartition("@")[2]
    server = _mail_server(own, sender_domain)
    try:
        yield Notifier(
            db=chassis.db,
            now=chassis.now,
            policy=policy,
            server=server,
            public_url=chassis.settings.public_url,
            review_url=own.review_url.rstrip("/"),
            signer=Signer(own.dkim_selector, sender_domain, own.dkim_key) if own.dkim_key else None,
            bounce_token_hash=token_hash(own.bounce_token) if own.bounce_token else None,
            wake=Pulse(),
        )
    finally:
        await hang_up(server)


HANDLERS = {
    "application.received.v1": handlers.on_application_received,
    "application.contact_changed.v1": handlers.on_application_contact_changed,
    "application.link_requested.v1": handlers.on_application_link_requested,
    "application.submitted.v1": handlers.on_application_submitted,
    "application.withdrawn.v1": handlers.on_application_withdrawn,
    "application.reminder_due.v1": handlers.on_application_reminder_due,
    "application.expired.v1": handlers.on_application_expired,
    "application.erased.v1": handlers.on_application_erased,
    "review.correction_requested.v1": handlers.on_review_correction_requested,
    "review.rejected.v1": handlers.on_review_rejected,
    "review.withdrawal_accepted.v1": handlers.on_review_withdrawal_accepted,
    "review.delayed.v1": handlers.on_review_delayed,
    "review.digest_due.v1": handlers.on_review_digest_due,
    "registration.completed.v1": handlers.on_registration_completed,
    "registration.renewed.v1": handlers.on_registration_renewed,
    "registration.changed.v1": handlers.on_registration_changed,
    "registration.expiring.v1": handlers.on_registration_expiring,
}

SERVICE: Service[Notifier, NotifierSettings] = Service(
    name="notifier",
    title="Ouchi notifier",
    folder=Path(__file__).parent,
    contracts=CONTRACTS,
    envelope=ENVELOPE,
    settings=read,
    start=start,
    refusals=(PolicyError,),
    routes=api.ROUTES,
    authenticators={api.MAIL_SERVER: api.authenticate},
    handlers=HANDLERS,
    loops=[
        Loop(
            "send",
            use_cases.send_next,
            seconds=5,
            wake=lambda notifier: notifier.wake,
            at_once=lambda notifier: notifier.server.connections,
        ),
        Loop("look at the mail server", use_cases.look_at_server, seconds=use_cases.LOOK_SECONDS),
        Loop("sweep", use_cases.sweep, seconds=60),
    ],
    checks=checks,
)
