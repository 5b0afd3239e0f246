"""The mailed link, again, and the one that sets a new password. The answers never tell whether there is an application."""

from datetime import datetime, timedelta
from uuid import UUID

from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import NotFound
from chassis.ids import new_id, parse_id
from rules import text
from rules.receipt_numbers import parse_receipt_number
from rules.understanding import understand
from services.intake import events, store
from services.intake.model.applications import Application
from services.intake.use_cases.context import Intake
from services.intake.use_cases.proofs import new_link, new_password_link

_PAUSE = timedelta(minutes=1)
_DAY = timedelta(days=1)
#: The first one comes with the reception.
_A_DAY = 1 + 5
_PASSWORDS_A_DAY = 5
#: A family shares an address; more than these, the newest, are not written about at once.
_FAMILY = 10
CONTINUE, RESET_PASSWORD = "continue", "reset_password"


async def resend_link(intake: Intake, application_id: UUID) -> bool:
    """Mail a fresh link; earlier ones stay good. At most once a minute and five times a day: False where it is too
    early, and nothing is mailed.

    Raises NotFound.
    """
    async with intake.db.transaction() as tx:
        application = await store.lock_application(tx.conn, application_id)
        if application is None:
            raise NotFound
        return await _mail_link(intake, tx, application, "resend")


async def next_link_at(intake: Intake, application_id: UUID) -> datetime | None:
    """From when on a link can be mailed again; None: now."""
    async with intake.db.connection() as conn:
        return await _next_link_at(intake, conn, application_id)


async def request_link(intake: Intake, email: str, application: str) -> None:
    """Ask for the link by e-mail address and application (id or receipt number as typed); without an application ("")
    for each one of the address.

    Nothing is looked up here, so that answer and timing are the same for everyone; a loop does what was asked.
    """
    await _keep_request(intake, CONTINUE, email, application)


async def request_password_reset(intake: Intake, email: str, application: str) -> None:
    """Ask for a link that sets a new password. As `request_link`, nothing is looked up here."""
    await _keep_request(intake, RESET_PASSWORD, email, application)


async def _keep_request(intake: Intake, purpose: str, email: str, application: str) -> None:
    request = store.LinkRequest(purpose, text.storable(email), text.storable(application))
    async with intake.db.transaction() as tx:
        await store.insert_link_request(tx.conn, new_id(), request, intake.now())
        tx.after_commit(intake.link_requested.beat)


async def answer_link_request(intake: Intake) -> bool:
    """Answer the oldest request. False where there was none."""
    async with intake.db.transaction() as tx:
        request = await store.take_link_request(tx.conn)
        if request is None:
            return False
        mail = _mail_password_link if request.purpose == RESET_PASSWORD else _mail_continue
        for application_id in await _meant(intake, tx, request):
            application = await store.lock_application(tx.conn, application_id)
            if application and is_address_of(intake, application, request.email):
                await mail(intake, tx, application)
    return True


async def _meant(intake: Intake, tx: Transaction, request: store.LinkRequest) -> list[UUID]:
    if request.application.strip():
        found = await find_typed(intake, tx, request.application)
        return [found.id] if found else []
    email = understand("email", request.email, today=intake.today)
    # In the order of ids, as everyone locks them.
    return sorted(await store.newest_of_email(tx.conn, email.match_key, _FAMILY)) if not email.error else []


async def find_typed(intake: Intake, tx: Transaction, typed: str) -> Application | None:
    """The application that this id or receipt number means."""
    return await store.find_by_id_or_number(tx.conn, parse_id(typed.strip()), parse_receipt_number(typed))


def is_address_of(intake: Intake, application: Application, typed: str) -> bool:
    """Whether this is the applicant's e-mail address, in whatever way it is written."""
    email = understand("email", typed, today=intake.today)
    return email.error is None and email.match_key == application.applicant.values["email"].match_key


async def _mail_continue(intake: Intake, tx: Transaction, application: Application) -> None:
    await _mail_link(intake, tx, application, CONTINUE)


async def _mail_link(intake: Intake, tx: Transaction, application: Application, purpose: str) -> bool:
    if await _next_link_at(intake, tx.conn, application.id):
        return False
    link = await new_link(intake, tx, application.id)
    await tx.record(events.application_link_requested(application, purpose, link))
    return True


async def _next_link_at(intake: Intake, conn: Connection, application_id: UUID) -> datetime | None:
    now = intake.now()
    mailed = await store.proofs_since(conn, application_id, now - _DAY)
    if len(mailed) >= _A_DAY:
        return mailed[_A_DAY - 1] + _DAY
    return mailed[0] + _PAUSE if mailed and mailed[0] > now - _PAUSE else None


async def _mail_password_link(intake: Intake, tx: Transaction, application: Application) -> None:
    now = intake.now()
    if await store.password_resets_since(tx.conn, application.id, now - _PAUSE):
        return
    if await store.password_resets_since(tx.conn, application.id, now - _DAY) >= _PASSWORDS_A_DAY:
        return
    link = await new_password_link(intake, tx, application.id)
    await tx.record(events.application_link_requested(application, RESET_PASSWORD, link))
