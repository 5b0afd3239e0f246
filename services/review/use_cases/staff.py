"""Staff accounts and their sessions."""

import math
import re
from datetime import timedelta

from chassis.errors import FieldError, Invalid, TooManyRequests, Unauthenticated
from chassis.ids import new_id
from chassis.tokens import new_token, token_hash
from rules.passwords import comparable, normalised, staff_password_problems
from services.review.model import ROLES, SignedIn, Staff
from services.review.model.attempts import OF_ADDRESS, OF_NAME_AND_ADDRESS
from services.review.store import attempts, audit, cases
from services.review.store import staff as store
from services.review.use_cases.context import Review

#: OWASP ASVS 5, 7.3: a session ends when it is idle, and in any case after a working day.
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
LONGEST_PASSWORD = 200
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


async def add_staff(review: Review, username: str, password: str, role: str = "reviewer") -> Staff:
    """Make the account, or give the existing one this password and role. A new password ends its sessions.

    Raises Invalid: `username_invalid`, `role_unknown`, and the codes of rules.passwords.staff_password_problems.
    """
    name = _same_name(username)
    faults = (
        ("username", "username_invalid", not _USERNAME.fullmatch(name)),
        *(("password", code, True) for code in staff_password_problems(password, [name, *name.split("@")])),
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


async def sign_in(review: Review, username: str, password: str, address: str) -> SignedIn:
    """Open a session for who asks from this address.

    Raises Unauthenticated `wrong_credentials` (as slowly for nobody as for a wrong password), and TooManyRequests after
    too many attempts (model.attempts), whether there is such an account or not.
    """
    name, now = _same_name(username)[:64], review.now()
    keys = token_hash(f"{name}\n{address}"), token_hash(address)
    # Before anything is tried, and committed: of many at once no more are tried than may be.
    async with review.db.transaction() as tx:
        await attempts.prune(tx.conn, now - OF_NAME_AND_ADDRESS.forgotten)
        wait = await attempts.count(tx.conn, keys[0], OF_NAME_AND_ADDRESS, now)
        wait = wait or await attempts.count(tx.conn, keys[1], OF_ADDRESS, now)
        found = await store.find(tx.conn, name)
    if wait:
        raise TooManyRequests(max(1, math.ceil((wait - now).total_seconds())))
    typed = comparable(password[: LONGEST_PASSWORD + 1])
    right = await review.hashing.verify(found[1] if found else None, *typed)
    if found is None or not right:
        async with review.db.transaction() as tx:
            await audit.insert(tx.conn, now, found[0].id if found else None, "sign_in_failed")
        raise Unauthenticated("wrong_credentials")
    token, staff = new_token(), found[0]
    async with review.db.transaction() as tx:
        await attempts.forget(tx.conn, keys[0])
        await attempts.take_back(tx.conn, keys[1])
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


async def sign_out(review: Review, token: str) -> int:
    """End the session and this staff member's claims, so that colleagues need not wait; returns how many claims.

    An unknown token is no error.
    """
    now = review.now()
    async with review.db.transaction() as tx:
        staff_id = await store.delete_session(tx.conn, token_hash(token))
        if staff_id is None:
            return 0
        released = await cases.release_all(tx.conn, staff_id, now)
        await audit.insert(tx.conn, now, staff_id, "signed_out", detail={"released": [str(each) for each in released]})
    return len(released)


async def replace_session(review: Review, token: str, staff: Staff) -> None:
    """Somebody signed in where this session was open: it ends. Their own claims stay theirs, a colleague's do not."""
    now = review.now()
    async with review.db.transaction() as tx:
        before = await store.delete_session(tx.conn, token_hash(token))
        if before is None:
            return
        released = [] if before == staff.id else await cases.release_all(tx.conn, before, now)
        detail = {"released": [str(each) for each in released]}
        await audit.insert(tx.conn, now, before, "session_replaced", detail=detail)


def _same_name(username: str) -> str:
    return username.strip().lower()
