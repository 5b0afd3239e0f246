"""Intake on one page: what it is told, what it answers, what it hears, and what it does by itself."""

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
from chassis.web.languages import read_catalogues
from contracts import CONTRACTS, ENVELOPE
from rules.policy import PolicyError, load_policy
from services.intake import api, handlers, pages
from services.intake.documents_client import DocumentsClient
from services.intake.pages.languages import CATALOGUES
from services.intake.pages.limited import limited
from services.intake.postal_codes import NoTable, PostalCodes
from services.intake.use_cases import Intake, deadlines, erasure, housekeeping, links


@dataclass(frozen=True)
class IntakeSettings:
    """The policy's file, where people and documents reach us and we them, and our key for documents (base64)."""

    library: str
    public_url: str
    documents_url: str
    documents_key: str


def read(env: Env) -> IntakeSettings:
    return IntakeSettings(
        library=env.str("LIBRARY"),
        public_url=env.str("PUBLIC_URL"),
        documents_url=env.str("DOCUMENTS_URL"),
        documents_key=env.str("DOCUMENTS_KEY"),
    )


@asynccontextmanager
async def start(chassis: Chassis, settings: IntakeSettings) -> AsyncIterator[Intake]:
    policy = load_policy(settings.library)
    # One that is damaged is found now, not by who reads it first.
    read_catalogues(CATALOGUES)
    key = decode_key("OUCHI_DOCUMENTS_KEY", settings.documents_key)
    postal_codes = PostalCodes()
    hashing = PasswordHashing()
    try:
        async with aiohttp.ClientSession() as session:
            documents = DocumentsClient(session, settings.documents_url.rstrip("/"), key, chassis.now)
            yield Intake(
                db=chassis.db,
                now=chassis.now,
                policy=policy,
                hashing=hashing,
                documents=documents,
                postal_codes=postal_codes,
                public_url=settings.public_url.rstrip("/"),
                secret=chassis.settings.secret_key,
            )
    finally:
        hashing.close()
        postal_codes.close()


ROUTES = limited([*api.ROUTES, *pages.ROUTES])

HANDLERS = {
    "document.stored.v1": handlers.on_document_stored,
    "document.masked.v1": handlers.on_document_masked,
    "document.deleted.v1": handlers.on_document_deleted,
    "review.correction_requested.v1": handlers.on_correction_requested,
    "review.approved.v1": handlers.on_approved,
    "review.rejected.v1": handlers.on_rejected,
    "review.withdrawal_accepted.v1": handlers.on_withdrawal_accepted,
    "registration.completed.v1": handlers.on_registered,
    "registration.renewed.v1": handlers.on_registered,
    "registration.changed.v1": handlers.on_changed,
    "registration.expiring.v1": handlers.on_expiring,
    "notification.sent.v1": handlers.on_notification_sent,
    "notification.failed.v1": handlers.on_notification_failed,
}

LOOPS = [
    Loop("links", links.answer_link_request, seconds=5, wake=lambda intake: intake.link_requested),
    Loop("deletions", housekeeping.delete_images, seconds=60, wake=lambda intake: intake.deletion_due),
    Loop("uploads", housekeeping.give_up_uploads, seconds=60),
    Loop("expired", housekeeping.forget_expired, seconds=300),
    Loop("deadlines", deadlines.expire, seconds=60),
    Loop("reminders", deadlines.remind, seconds=300),
    Loop("erasures", erasure.erase_due, seconds=300),
]

SERVICE = Service(
    name="intake",
    title="Ouchi intake: applications for a library card",
    folder=Path(__file__).parent,
    contracts=CONTRACTS,
    envelope=ENVELOPE,
    settings=read,
    start=start,
    refusals=(PolicyError, NoTable),
    routes=ROUTES,
    authenticators={"applicant": api.authenticate, **pages.AUTHENTICATORS},
    guards=pages.GUARDS,
    handlers=HANDLERS,
    loops=LOOPS,
    render_problem=pages.render_problem,
    language=pages.language_of,
)
