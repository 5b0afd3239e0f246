"""Sign-in with e-mail address, password and application. A session opens exactly one application."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import TooManyRequests, Unauthenticated
from chassis.ids import parse_id
from chassis.tokens import new_token, token_hash
from rules import text
from rules.passwords import comparable, password_problems
from rules.policy import Policy
from rules.policy_limits import Rate
from rules.receipt_numbers import parse_receipt_number
from services.intake import messages, store
from services.intake.model.applications import Application
from services.intake.model.views import Session, SignedIn
from services.intake.use_cases.context import Intake
from services.intake.use_cases.links import find_typed, is_address_of

#: Use is noted at most this often, so that reading does not write.
_NOTED_EVERY = timedelta(minutes=1)
#: Where the policy names no rate: a password must not be guessed on and on.
_GUESSES = Rate("sign_in", 10, 900, "application")


async def sign_in(
    intake: Intake, email: str, password: str, application: str, proof: str | None, earlier: str | None = None
) -> SignedIn:
    """Sign in. `application` is the id or the receipt number as typed; `proof` comes from the mailed link; `earlier` is
    the token of the session that this browser had, which ends.

    A right proof marks the e-mail as proven; a wrong or old one is as none. Raises
    Unauthenticated(`wrong_credentials`), whichever of the three is wrong, and TooManyRequests after as many failures
    as the policy allows (ten in 15 minutes).
    """
    now = intake.now()
    async with intake.db.transaction() as tx:
        found = await find_typed(intake, tx, application)
        subject = application_subject(found.id) if found else _subject(_as_compared(application))
        allowed = await count_guess(intake, tx, subject)
    if not allowed:
        raise too_many_guesses(intake)
    right_person = found is not None and is_address_of(intake, found, email)
    if (
        not await verify_password(intake, found.password_hash if found and right_person else None, password)
        or not found
    ):
        raise Unauthenticated("wrong_credentials", messages.text("wrong_credentials"))
    token = new_token()
    async with intake.db.transaction() as tx:
        signed_in = await _proven(intake, tx, found.id, proof)
        if earlier:
            await store.end_session(tx.conn, token_hash(earlier))
        await store.insert_session(tx.conn, token_hash(token), found.id, now)
        await store.forget_attempts(tx.conn, subject)
    return SignedIn(token, signed_in)


async def count_guess(intake: Intake, tx: Transaction, subject: bytes) -> bool:
    """Note a password that is about to be tried: a burst is counted in full. False beyond the policy's rate."""
    now = intake.now()
    since = now - attempts_within(intake.policy)
    return await store.count_attempt(tx.conn, subject, now, since, _guesses(intake.policy).count)


def too_many_guesses(intake: Intake) -> TooManyRequests:
    return TooManyRequests(_guesses(intake.policy).seconds, messages.text("too_many_failures"))


def attempts_within(policy: Policy) -> timedelta:
    """How long an attempt to sign in is counted."""
    return timedelta(seconds=_guesses(policy).seconds)


def _guesses(policy: Policy) -> Rate:
    return policy.limits.rate(_GUESSES.code, _GUESSES.per) or _GUESSES


def application_subject(application_id: UUID) -> bytes:
    """What attempts to sign in to this application are counted by."""
    return _subject(str(application_id))


def _as_compared(typed: str) -> str:
    """One text for all ways to write one number or id: who tries one that does not exist is stopped as soon as who tries
    one that does."""
    id_ = parse_id(typed.strip())
    return str(id_) if id_ else parse_receipt_number(typed) or text.one_space(typed).upper()


def _subject(typed: str) -> bytes:
    return hashlib.sha256(typed.encode("utf-8", "replace")).digest()


async def verify_password(intake: Intake, stored: str | None, password: str) -> bool:
    """What could never have been chosen is wrong, and takes as long to be."""
    if {"password_too_long", "password_ctrl"}.intersection(password_problems(intake.policy, password)):
        stored, password = None, ""
    return await intake.hashing.verify(stored, *comparable(password))


async def application_of(intake: Intake, token: str | None) -> UUID:
    """The application that this session opens; raises as `use_session`."""
    return (await use_session(intake, token)).application_id


async def use_session(intake: Intake, token: str | None) -> Session:
    """The session, which lasts longer by this. Raises Unauthenticated after sign-out, and when the policy ends it:
    idle for too long (half an hour), or too old (twelve hours)."""
    now, token = intake.now(), _given(token)
    async with intake.db.connection() as conn:
        found = await _lasting(intake, conn, token)
        if now - found.used_at >= _NOTED_EVERY:
            await store.touch_session(conn, token_hash(token), now)
            found = replace(found, used_at=now)
    return _session(intake, found)


async def look_at_session(intake: Intake, token: str | None) -> Session:
    """The session, without using it. Raises as `use_session`."""
    async with intake.db.connection() as conn:
        return _session(intake, await _lasting(intake, conn, _given(token)))


def _given(token: str | None) -> str:
    if not token:
        raise Unauthenticated(detail=messages.text("signed_out"))
    return token


async def _lasting(intake: Intake, conn: Connection, token: str) -> store.SessionRow:
    now, limits = intake.now(), intake.policy.sessions
    found = await store.find_session(conn, token_hash(token), now - limits.idle, now - limits.absolute)
    if found is None:
        raise Unauthenticated(detail=messages.text("signed_out"))
    return found


def _session(intake: Intake, found: store.SessionRow) -> Session:
    limits = intake.policy.sessions
    last_at = found.created_at + limits.absolute
    ends_at = min(found.used_at + limits.idle, last_at)
    return Session(found.application_id, found.version, found.receipt_number, ends_at, last_at)


async def sign_out(intake: Intake, token: str) -> None:
    """End the session; one that has ended stays so."""
    async with intake.db.transaction() as tx:
        await store.end_session(tx.conn, token_hash(token))


async def _proven(intake: Intake, tx: Transaction, application_id: UUID, proof: str | None) -> Application:
    """The application, its e-mail address proven where the proof is right."""
    application = await store.lock_application(tx.conn, application_id)
    if application is None:
        raise Unauthenticated("wrong_credentials", messages.text("wrong_credentials"))
    now = intake.now()
    proof_hash = token_hash(proof.encode("utf-8", "replace").decode()) if proof else b""
    if application.email_proven_at or not await store.use_proof(tx.conn, proof_hash, application_id, now):
        return application
    proven = replace(application, email_proven_at=now)
    await store.save_application(tx.conn, proven)
    await store.tell(tx.conn, application_id, "email_proven", 0, now)
    return proven
