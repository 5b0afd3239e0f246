"""notifier on one page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from environs import Env, validate

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
from services.notifier.smtp import MailServer, hang_up
from services.notifier.use_cases import Notifier


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
    #: Of the DKIM key; both or none.
    dkim_selector: str = ""
    #: None: mails are not signed here.
    dkim_key: RSAPrivateKey | None = None
    #: Who knows it may tell of mails that came back; empty: nobody.
    bounce_token: str = ""


def read(env: Env) -> NotifierSettings:
    """OUCHI_LIBRARY, OUCHI_REVIEW_URL, OUCHI_SMTP_HOST, OUCHI_SMTP_PORT, OUCHI_SMTP_CONNECTIONS; OUCHI_DKIM_SELECTOR and
    OUCHI_DKIM_KEY (base64 of a PEM file), both empty where the relay signs or nobody does; OUCHI_BOUNCE_TOKEN.
    """
    selector, key = env.str("DKIM_SELECTOR", ""), env.str("DKIM_KEY", "")
    if bool(selector) != bool(key):
        raise SettingsError("OUCHI_DKIM_SELECTOR and OUCHI_DKIM_KEY: set both or none")
    return NotifierSettings(
        library=env.str("LIBRARY"),
        review_url=env.str("REVIEW_URL"),
        smtp_host=env.str("SMTP_HOST"),
        smtp_port=env.int("SMTP_PORT", 25),
        smtp_connections=env.int("SMTP_CONNECTIONS", 4, validate=validate.Range(min=1)),
        dkim_selector=selector,
        dkim_key=read_key(key) if key else None,
        bounce_token=env.str("BOUNCE_TOKEN", ""),
    )


@asynccontextmanager
async def start(chassis: Chassis, own: NotifierSettings) -> AsyncIterator[Notifier]:
    policy = load_policy(own.library)
    # One that is damaged is found now, not when a letter is due.
    read_catalogues(CATALOGUES)
    sender_domain = policy.mail.sender_address.rpartition("@")[2]
    server = MailServer(own.smtp_host, own.smtp_port, sender_domain, connections=own.smtp_connections)
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
        Loop("sweep", use_cases.sweep, seconds=60),
    ],
)
