"""review on one page: its settings, routes, handlers, and how it starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from environs import Env

from chassis.loops import Loop
from chassis.passwords import PasswordHashing
from chassis.service import Chassis, Service
from chassis.settings import decode_key
from contracts import CONTRACTS, ENVELOPE
from rules.policy import PolicyError, load_policy
from services.review import api, handlers, pages, use_cases
from services.review.documents_client import DocumentsClient
from services.review.noting import noting
from services.review.use_cases import Review, forgetting, keys


@dataclass(frozen=True)
class ReviewSettings:
    """What only review needs to know."""

    #: The library's policy file.
    library: str
    #: Where documents answers.
    documents_url: str
    #: Signs review's calls to documents: the seed of an Ed25519 key, 32 bytes.
    documents_key: bytes


def read(env: Env) -> ReviewSettings:
    """OUCHI_LIBRARY, OUCHI_DOCUMENTS_URL, OUCHI_DOCUMENTS_KEY (base64)."""
    return ReviewSettings(
        library=env.str("LIBRARY"),
        documents_url=env.str("DOCUMENTS_URL"),
        documents_key=_key(env.str("DOCUMENTS_KEY")),
    )


def _key(text: str | None) -> bytes:
    # A missing variable is reported by `env` itself, together with the others.
    return decode_key("OUCHI_DOCUMENTS_KEY", text) if text is not None else b""


@asynccontextmanager
async def start(chassis: Chassis, own: ReviewSettings) -> AsyncIterator[Review]:
    policy = load_policy(own.library)
    hashing = PasswordHashing()
    try:
        # No cookie jar, no proxy, no redirects: one known neighbour.
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            documents = DocumentsClient(http, own.documents_url, own.documents_key, chassis.now)
            yield Review(chassis.db, chassis.now, policy, hashing, documents)
    finally:
        hashing.close()


HANDLERS = {
    "application.handed_over.v1": handlers.on_application_handed_over,
    "application.amended.v1": handlers.on_application_amended,
    "application.withdrawal_requested.v1": handlers.on_application_withdrawal_requested,
    "application.withdrawn.v1": handlers.on_application_withdrawn,
    "application.contact_changed.v1": handlers.on_application_contact_changed,
    "application.expired.v1": handlers.on_application_expired,
    "application.erased.v1": handlers.on_application_erased,
    "document.stored.v1": handlers.on_document_stored,
    "document.masked.v1": handlers.on_document_masked,
    "document.deleted.v1": handlers.on_document_deleted,
    "notification.sent.v1": handlers.on_notification_sent,
    "notification.failed.v1": handlers.on_notification_failed,
}

BATCH_HANDLERS = {"application.handed_over.v1": handlers.on_applications_handed_over}

ROUTES = [noting(route) for route in (*api.ROUTES, *pages.ROUTES)]

SERVICE: Service[Review, ReviewSettings] = Service(
    name="review",
    title="Ouchi review",
    folder=Path(__file__).parent,
    contracts=CONTRACTS,
    envelope=ENVELOPE,
    settings=read,
    start=start,
    refusals=(PolicyError,),
    routes=ROUTES,
    authenticators={api.BEARER: api.authenticate, **pages.AUTHENTICATORS},
    guards=pages.GUARDS,
    handlers=HANDLERS,
    batch_handlers=BATCH_HANDLERS,
    loops=[
        Loop("delays", use_cases.say_delayed, seconds=60),
        Loop("expiring", use_cases.say_expiring, seconds=60),
        Loop("digest", use_cases.say_digest, seconds=60),
        Loop("keys", keys.renew_keys, seconds=3600),
        Loop("forget ended", forgetting.forget_ended, seconds=600),
        Loop("forget old", forgetting.forget_old, seconds=3600),
    ],
    render_problem=pages.render_problem,
)
