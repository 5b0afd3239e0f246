"""Staff accounts and their sessions."""

import re
from datetime import timedelta

from chassis.errors import FieldError, Invalid, TooManyRequests, Unauthenticated
from chassis.ids import new_id
from chassis.tokens import new_token, token_hash
from rules.passwords import comparable, normalised
from services.review.model import ROLES, SignedIn, Staff
from services.review.store import audit
from services.review.store import staff as store
from services.review.use_cases.context import Review

#: OWASP ASVS 5, 7.3: a session ends when it is idle, and in any case after a working day.
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
#: Failures for one name, so that a password cannot be guessed and a typing mistake locks nobody out for long.
FAILURES, FAILURE_WINDOW = 10, timedelta(minutes=15)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


async def add_staff(review: Review, username: str, password: str, role: str = "reviewer") -> Staff:
    """Make the account, or give the existing one this password and role. A new password ends its sessions.

    Raises Invalid: `username_invalid`, `password_too_short`, `password_too_long`, `role_unknown`.
    """
    name = _same_name(username)
    faults = (
        ("username", "username_invalid", not _USERNAME.fullmatch(name)),
        ("password", "password_too_short", len(password) < SHORTEST_PASSWORD),
        ("password", "password_too_long", len(password) > LONGEST_PASSWORD),
        ("role", "role_unknown", role not in ROLES),
    )
    if errors := [FieldError(field, code) for field, code, wrong in faults if wrong]:
        raise Invalid(errors)
    async with review.db.connection() as conn:
        found = await store.find(conn, name)
    known = found is not None and await review.hashing.verify(found[1], *comparable(password))
    password_hash = found[1] if found and known else await review.hashing.hash(normalised(password))
    async with review.db.transaction() as tx:
        staff = await store.upsert(tx.conn, new_id(), name, password_hash, role, review.now())
        if not known:
            await store.delete_sessions_of(tx.conn, staff.id)
        await audit.insert(tx.conn, review.now(), staff.id, "staff_added", detail={"role": role})
    return staff


async def sign_in(review: Review, username: str, password: str) -> SignedIn:
    """Open a session. Raises Unauthenticated `wrong_credentials` (as slowly for nobody as for a wrong password), and
    TooManyRequests after 10 failures for this name within 15 minutes, whether there is such an account or not."""
    name = _same_name(username)[:64]
    now = review.now()
    async with review.db.connection() as conn:
        if await store.count_failures(conn, token_hash(name), now - FAILURE_WINDOW) >= FAILURES:
            raise TooManyRequests(int(FAILURE_WINDOW.total_seconds()))
        found = await store.find(conn, name)
    typed = comparable(password[: LONGEST_PASSWORD + 1])
    right = await review.hashing.verify(found[1] if found else None, *typed)
    if found is None or not right:
        async with review.db.transaction() as tx:
            await store.delete_old_failures(tx.conn, now - FAILURE_WINDOW)
            await store.insert_failure(tx.conn, token_hash(name), now)
        raise Unauthenticated("wrong_credentials")
    token, staff = new_token(), found[0]
    async with review.db.transaction() as tx:
        await store.delete_old_sessions(tx.conn, now - IDLE, now - ABSOLUTE)
        await store.insert_session(tx.conn, token_hash(token), staff.id, now)
        await audit.insert(tx.conn, now, staff.id, "signed_in")
    return SignedIn(token, staff)


async def staff_of(review: Review, token: str) -> Staff:
    """Who holds this token. Raises Unauthenticated where it is unknown, idle for 30 minutes or older than 12 hours."""
    now = review.now()
    async with review.db.transaction() as tx:
        staff = await store.see_session(tx.conn, token_hash(token), now, now - IDLE, now - ABSOLUTE)
    if staff is None:
        raise Unauthenticated
    return staff


async def sign_out(review: Review, token: str) -> None:
    """End the session; an unknown token is no error."""
    async with review.db.transaction() as tx:
        staff_id = await store.delete_session(tx.conn, token_hash(token))
        if staff_id:
            await audit.insert(tx.conn, review.now(), staff_id, "signed_out")


def _same_name(username: str) -> str:
    return username.strip().lower()
