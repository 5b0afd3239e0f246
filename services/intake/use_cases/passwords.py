"""A forgotten password: the mailed link sets a new one, once and soon.

An e-mail address that nobody has proven may be mistyped, and its mails read by a stranger. Until it is proven the link
therefore asks for the date of birth too: by itself it would open what the stranger may not see.
"""

import hashlib
import hmac
from dataclasses import replace
from uuid import UUID

from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import FieldError, Invalid, NotFound
from chassis.tokens import token_hash
from rules.passwords import normalised, own_words
from rules.understanding import understand
from services.intake import messages, store
from services.intake.model.applications import Application
from services.intake.model.forms import password_errors, typed_form
from services.intake.use_cases.context import Intake
from services.intake.use_cases.sessions import application_subject, attempts_within

#: Wrong dates of birth before every link ends.
_GUESSES = 5


async def asks_birth_date(intake: Intake, application_id: UUID, token: str) -> bool:
    """Whether this link also asks for the date of birth; changes nothing. Raises NotFound(`link_ended`)."""
    async with intake.db.connection() as conn:
        application = await store.find_application(conn, application_id)
        await _refuse_ended(intake, conn, application_id, token)
    return application is not None and application.email_proven_at is None


async def set_password(intake: Intake, application_id: UUID, token: str, password: str, birth_date: str) -> None:
    """Set the new password: the link is used up, all sessions end, and the e-mail address is proven.

    Raises NotFound(`link_ended`) and Invalid with what is wrong with the password, or `birth_date` (`wrong_birth_date`).
    """
    async with intake.db.connection() as conn:
        await _refuse_ended(intake, conn, application_id, token)
        application = await store.find_application(conn, application_id)
    own = own_words(typed_form(application.applicant), intake.today) if application else []
    if wrong := password_errors(intake.policy, password, own) if password else [_required("password")]:
        raise Invalid(wrong)
    if not await _knows_birth_date(intake, application_id, birth_date):
        error = FieldError("birth_date", "wrong_birth_date", messages.text("wrong_birth_date"))
        raise Invalid([error])
    password_hash = await intake.hashing.hash(normalised(password))
    now = intake.now()
    async with intake.db.transaction() as tx:
        application = await _locked(tx, application_id)
        await _refuse_ended(intake, tx.conn, application_id, token)
        await store.end_password_resets(tx.conn, application_id, now)
        await store.set_password(tx.conn, application_id, password_hash)
        await store.forget_handover(tx.conn, application_id)
        await store.forget_attempts(tx.conn, application_subject(application_id))
        if application.email_proven_at is None:
            await store.save_application(tx.conn, replace(application, email_proven_at=now))
            await store.tell(tx.conn, application_id, "email_proven", 0, now)


async def _knows_birth_date(intake: Intake, application_id: UUID, typed: str) -> bool:
    """Whether this is the applicant's date of birth, where it is asked for. Guessing on and on ends the links."""
    now = intake.now()
    async with intake.db.transaction() as tx:
        application = await _locked(tx, application_id)
        if application.email_proven_at is not None:
            return True
        read = understand("birth_date", typed, today=intake.today)
        known = application.applicant.display("birth_date")
        if read.error is None and hmac.compare_digest(read.display.encode(), known.encode()):
            return True
        guesses = hashlib.sha256(b"birth date" + application_id.bytes).digest()
        if not await store.count_attempt(tx.conn, guesses, now, now - attempts_within(intake.policy), _GUESSES):
            await store.end_password_resets(tx.conn, application_id, now)
    return False


async def _locked(tx: Transaction, application_id: UUID) -> Application:
    application = await store.lock_application(tx.conn, application_id)
    if application is None:
        raise _ended()
    return application


async def _refuse_ended(intake: Intake, conn: Connection, application_id: UUID, token: str) -> None:
    hashed = token_hash(token.encode("utf-8", "replace").decode())
    if not await store.is_password_reset(conn, hashed, application_id, intake.now()):
        raise _ended()


def _required(field: str) -> FieldError:
    return FieldError(field, "required", messages.text("required", field))


def _ended() -> NotFound:
    return NotFound("link_ended", messages.text("link_ended"))
