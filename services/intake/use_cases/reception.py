"""A form becomes an application."""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg

from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid
from chassis.ids import new_id
from rules.passwords import normalised
from rules.receipt_numbers import RANDOM_BYTES, new_receipt_number
from services.intake import events, messages, store
from services.intake.model.applications import PROVISIONAL, Applicant, Application
from services.intake.model.forms import understand_form
from services.intake.model.views import Understanding
from services.intake.use_cases.context import Intake
from services.intake.use_cases.pause import refuse_while_paused
from services.intake.use_cases.proofs import new_link

KEEP_KEYS = timedelta(hours=24)
#: A request that has not ended after this long has crashed: the same request may be made again.
_STUCK = timedelta(seconds=60)
_KEY = re.compile(r"[\x21-\x7e]{16,64}")
#: 55 random bits each: a second collision in a row means that something else is wrong.
_TRIES = 5


async def understand_application(intake: Intake, form: Mapping[str, Any]) -> Understanding:
    """What a form means, as DESIGN section 4 names the fields of POST /applications. Writes nothing.

    Values are strings; `consent` and `expiry_notice` may be True or one of true, on, yes, 1. Pass the fields only:
    whatever else is in `form` is the error `unknown_field`.
    """
    return understand_form(intake.policy, intake.today, form)


async def receive_application(intake: Intake, form: Mapping[str, Any], idempotency_key: str | None) -> Application:
    """Receive an application once for each idempotency key (24 hours), and have the link mailed.

    Raises Invalid (`invalid` with every fault; `idempotency_key_missing`, `idempotency_key_invalid`,
    `idempotency_key_reused`), Conflict(`idempotency_key_running`) while the first is still running, and
    Unavailable(`reception_paused`).
    """
    key_hash = _mac(intake, "key", _checked_key(idempotency_key))
    body_hash = _mac(intake, "body", json.dumps(form, ensure_ascii=False, sort_keys=True, default=str))
    if earlier := await _received_before(intake, key_hash, body_hash):
        return earlier
    refuse_while_paused(intake)
    applicant = understood(understand_form(intake.policy, intake.today, form))
    run, now = new_id(), intake.now()
    async with intake.db.transaction() as tx:
        claimed = await store.claim_key(tx.conn, key_hash, body_hash, run, now, now - KEEP_KEYS, now - _STUCK)
    if not claimed:
        if earlier := await _received_before(intake, key_hash, body_hash):
            return earlier
        raise _running()
    try:
        password_hash = await intake.hashing.hash(normalised(form["password"]))
        async with intake.db.transaction() as tx:
            application = await record_application(intake, tx, applicant, password_hash)
            if not await store.finish_key(tx.conn, key_hash, run, application.id):
                raise _running()
    except Exception:
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with intake.db.transaction() as tx:
                await store.release_key(tx.conn, key_hash, run)
        raise
    return application


def understood(understanding: Understanding) -> Applicant:
    """The applicant. Raises Invalid where anything is wrong."""
    if understanding.applicant is None:
        # A kind that is not offered is no slip of the keyboard: programs are told at the top.
        codes = {error.code for error in understanding.errors}
        code = "kind_not_offered" if "kind_not_offered" in codes else None
        raise Invalid(understanding.errors, code, messages.text(code) if code else "")
    return understanding.applicant


async def record_application(intake: Intake, tx: Transaction, applicant: Applicant, password_hash: str) -> Application:
    """Write the new application, its place in the timeline and the event that has its link mailed."""
    now = intake.now()
    for _ in range(_TRIES):
        application = Application(
            id=new_id(),
            receipt_number=new_receipt_number(secrets.token_bytes(RANDOM_BYTES)),
            status=PROVISIONAL,
            version=1,
            round=0,
            applicant=applicant,
            password_hash=password_hash,
            email_proven_at=None,
            consent_version=intake.policy.consent.version,
            consented_at=now,
            received_at=now,
        )
        if await store.insert_application(tx.conn, application, applicant.values["email"].match_key):
            break
    else:
        raise RuntimeError("no free receipt number")
    await store.tell(tx.conn, application.id, "received", 0, now)
    link = await new_link(intake, tx, application.id)
    await tx.record(events.application_received(application, link))
    return application


async def _received_before(intake: Intake, key_hash: bytes, body_hash: bytes) -> Application | None:
    """What this key gave before, exactly as it was answered then. Raises Invalid where the body is another."""
    async with intake.db.connection() as conn:
        key = await store.find_key(conn, key_hash, intake.now() - KEEP_KEYS)
        if key is None:
            return None
        if not hmac.compare_digest(key.body_hash, body_hash):
            raise _bad_key("idempotency_key_reused")
        application = await store.find_application(conn, key.application_id) if key.application_id else None
        received = await store.applicant_received(conn, application.id) if application else None
        if application is None or received is None:
            return None
    return replace(application, status=PROVISIONAL, version=1, round=0, applicant=received)


def _checked_key(key: str | None) -> str:
    if key is None:
        raise _bad_key("idempotency_key_missing")
    if not _KEY.fullmatch(key):
        raise _bad_key("idempotency_key_invalid")
    return key


def _bad_key(code: str) -> Invalid:
    detail = messages.text(code)
    return Invalid([FieldError("Idempotency-Key", code, detail)], code, detail)


def _running() -> Conflict:
    code = "idempotency_key_running"
    return Conflict(code, messages.text(code), {"Retry-After": "1"})


def _mac(intake: Intake, purpose: str, text: str) -> bytes:
    return hmac.digest(intake.secret, f"idempotency {purpose}\0{text}".encode("utf-8", "surrogatepass"), "sha256")
