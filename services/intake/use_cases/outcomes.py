"""What the other services tell of an application. Each is right in any order and any number of times: it compares state
and round, and opens no transaction of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.database import Transaction
from services.intake import events, store
from services.intake.model.applications import (
    APPROVED,
    CORRECTION_REQUESTED,
    ERASED,
    REJECTED,
    SUBMITTED,
    Application,
    Mail,
    Reason,
    Registration,
)
from services.intake.use_cases.amendments import note_decision
from services.intake.use_cases.context import Intake
from services.intake.use_cases.submission import end_by_withdrawal


async def correction_requested(
    intake: Intake,
    tx: Transaction,
    application_id: UUID,
    round_: int,
    reasons: Sequence[Reason],
    correct_by: date,
    decided_on: int | None,
    extended: bool,
    at: datetime,
) -> None:
    """The application is the applicant's again, or for longer (`extended`). Who had asked to withdraw it meanwhile has
    withdrawn it.

    What was changed too late for staff to see stays, to be sent with the correction. `decided_on`: the version of the
    application that staff knew; None where they did not say.
    """
    application = await store.lock_application(tx.conn, application_id)
    if (
        application is None
        or application.round != round_
        or application.status not in (SUBMITTED, CORRECTION_REQUESTED)
    ):
        return
    if application.status == CORRECTION_REQUESTED:
        # Said again: of all the days that were given the last one holds, in whatever order they are heard.
        if application.correct_by is None or correct_by > application.correct_by:
            await store.save_application(tx.conn, replace(application, correct_by=correct_by))
        await _tell_request(tx, application, extended, correct_by, at)
        return
    if application.withdrawal_requested_at is not None:
        await end_by_withdrawal(tx, application, intake.now())
        await tx.record(events.application_withdrawn(application))
        return
    returned = replace(
        application,
        status=CORRECTION_REQUESTED,
        version=application.version + 1,
        corrections=tuple(reasons),
        corrected=frozenset(),
        correct_by=correct_by,
    )
    await note_decision(tx, returned, decided_on)
    await store.save_application(tx.conn, returned)
    await _tell_request(tx, returned, extended, correct_by, at)


async def approved(tx: Transaction, application_id: UUID, round_: int, decided_on: int | None, at: datetime) -> None:
    """Staff approved it, as it was in the version `decided_on`."""
    await _ended(tx, application_id, round_, APPROVED, decided_on, at)


async def rejected(
    tx: Transaction,
    application_id: UUID,
    round_: int,
    reasons: Sequence[Reason],
    note: str | None,
    decided_on: int | None,
    at: datetime,
) -> None:
    """Staff refused it, as it was in the version `decided_on`."""
    await _ended(tx, application_id, round_, REJECTED, decided_on, at, tuple(reasons), note)


async def withdrawal_accepted(tx: Transaction, application_id: UUID, round_: int, at: datetime) -> None:
    """Review let it go: no decision had come first."""
    application = await _waiting(tx, application_id, round_)
    if application is not None:
        await end_by_withdrawal(tx, application, at)


async def registered(tx: Transaction, application_id: UUID, registration: Registration, at: datetime) -> None:
    """The card that it led to."""
    if await hear_card(tx, application_id, registration):
        await store.tell(tx.conn, application_id, "completed", 0, at)


async def hear_card(tx: Transaction, application_id: UUID, registration: Registration) -> bool:
    """Show the card, where it is newer. False where the application is unknown or erased.

    Of a registration the newest version counts, for every application that led to it.
    """
    await store.lock_registration(tx.conn, registration.id)
    await store.show_registration(tx.conn, registration)
    application = await store.lock_application(tx.conn, application_id)
    if application is None or application.status == ERASED:
        return False
    newest = await store.newest_registration(tx.conn, registration.id) or registration
    if newest.version < registration.version:
        newest = registration
    known = application.registration
    if known is None or newest.version > known.version:
        await store.save_application(tx.conn, replace(application, registration=newest))
    return True


async def mail_reported(tx: Transaction, application_id: UUID, caused_by: UUID, mail: Mail) -> None:
    """What became of a mail to the applicant."""
    application = await store.find_application(tx.conn, application_id)
    if application is not None and application.status != ERASED:
        await store.keep_mail(tx.conn, application_id, caused_by, mail)


async def _tell_request(
    tx: Transaction, application: Application, extended: bool, correct_by: date, at: datetime
) -> None:
    if extended:
        # There may be several in a round, each with its own day.
        await store.tell(tx.conn, application.id, "deadline_extended", correct_by.toordinal(), at)
    else:
        await store.tell(tx.conn, application.id, "correction_requested", application.round, at)


async def _waiting(tx: Transaction, application_id: UUID, round_: int) -> Application | None:
    """The application, locked, if it waits for the decision on this round."""
    application = await store.lock_application(tx.conn, application_id)
    if application is None or application.status != SUBMITTED or application.round != round_:
        return None
    return application


async def _ended(
    tx: Transaction,
    application_id: UUID,
    round_: int,
    status: str,
    decided_on: int | None,
    at: datetime,
    reasons: tuple[Reason, ...] = (),
    note: str | None = None,
) -> None:
    application = await _waiting(tx, application_id, round_)
    if application is None:
        return
    ended = replace(
        await note_decision(tx, application, decided_on),
        status=status,
        version=application.version + 1,
        ended_at=at,
        rejection=reasons,
        rejection_note=note,
    )
    await store.save_application(tx.conn, ended)
    await store.tell(tx.conn, application_id, status, 0, at)
