"""What intake says of an application. In any order and any number of times it ends in the same state."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from rules import card_numbers
from services.review import events
from services.review.model import CLAIMED, CLOSED, DECIDED, WAITING, Applicant, Application, Case, changes
from services.review.model.applications import EXPIRED, REQUESTED, WITHDRAWN, applicant_of
from services.review.model.changes import Amendment
from services.review.store import amendments, cases, documents, erasures, turns, withdrawals
from services.review.use_cases.contacts import show_contact
from services.review.use_cases.context import Review


async def take_over(review: Review, tx: Transaction, application: Application) -> None:
    """The application is review's to decide, in this round. An earlier round, or one that has ended, changes nothing."""
    now = review.now()
    await turns.lock_application(tx.conn, application.id)
    if await erasures.is_erased(tx.conn, application.id):
        return
    case = await cases.lock_by_application(tx.conn, application.id, now)
    if case and (case.round >= application.round or case.status in (DECIDED, CLOSED)):
        return
    number = _number(review, application.applicant)
    if case is None:
        await cases.insert(tx.conn, [(application, number)])
    else:
        mended = changes.mended((await cases.content(tx.conn, case.id)).applicant, application.applicant)
        before = {document.id for document in await documents.of_round(tx.conn, application.id, case.round)}
        new = {document.id for document in application.documents} - before
        await cases.resubmit(tx.conn, case.id, application, number, mended, new)
    await documents.name(tx.conn, [application])
    await _amend(review, tx, application.id)
    await show_contact(review, tx, application.id)
    await _settle(tx, application.id, now)


async def take_over_new(review: Review, tx: Transaction, applications: Sequence[Application]) -> set[UUID]:
    """What `take_over` does, in few statements, for those of which nothing has been heard; returns their ids.

    No two are of the same application.
    """
    ids = [application.id for application in applications]
    await turns.lock_applications(tx.conn, ids)
    heard_of = await cases.heard_of(tx.conn, ids)
    new = [application for application in applications if application.id not in heard_of]
    await cases.insert(tx.conn, [(application, _number(review, application.applicant)) for application in new])
    await documents.name(tx.conn, new)
    return {application.id for application in new}


async def hear_amended(review: Review, tx: Transaction, application_id: UUID, amendment: Amendment) -> None:
    """The applicant changed something while the decision is waited for; after the decision it changes nothing."""
    await turns.lock_application(tx.conn, application_id)
    if await erasures.is_erased(tx.conn, application_id):
        return
    await amendments.keep(tx.conn, application_id, amendment)
    await _amend(review, tx, application_id)


async def hear_withdrawal(review: Review, tx: Transaction, application_id: UUID, kind: str, round_: int) -> None:
    """The applicant asked to withdraw (`requested`: ours to accept), or it has ended (`withdrawn`, `expired`: it is so)."""
    await turns.lock_application(tx.conn, application_id)
    if await erasures.is_erased(tx.conn, application_id):
        return
    await withdrawals.remember(tx.conn, application_id, kind, round_)
    await _settle(tx, application_id, review.now())


async def _amend(review: Review, tx: Transaction, application_id: UUID) -> None:
    """Show the newest changes of the round that waits."""
    case = await cases.lock_by_application(tx.conn, application_id, review.now())
    if case is None or not _undecided(case):
        return
    newest = await amendments.of_round(tx.conn, application_id, case.round)
    if newest is None or newest.version <= (case.application_version or 0):
        return
    data = changes.amended(await amendments.applicant_data(tx.conn, case.id), newest.changes)
    await amendments.amend(tx.conn, case.id, newest, data, _number(review, applicant_of(data)))


def _number(review: Review, applicant: Applicant) -> str | None:
    """The card that the applicant has, as understood."""
    typed = applicant.card_number
    return card_numbers.understood(review.policy.card_numbers, typed) if typed else None


async def _settle(tx: Transaction, application_id: UUID, now: datetime) -> None:
    """Do what the withdrawals heard so far ask of the case as it is now."""
    heard = await withdrawals.find(tx.conn, application_id)
    if not heard:
        return
    case = await cases.lock_by_application(tx.conn, application_id, now)
    if case is None or case.status in (DECIDED, CLOSED):
        return
    if (REQUESTED, case.round) in heard and _undecided(case):
        await cases.close(tx.conn, case.id, "withdrawal_accepted")
        await tx.record(events.withdrawal_accepted(application_id, case.round))
    elif ended := {kind for kind, _ in heard} & {WITHDRAWN, EXPIRED}:
        await cases.close(tx.conn, case.id, min(ended))


def _undecided(case: Case) -> bool:
    """In this round: a correction that was asked for is the answer to a withdrawal that came after it."""
    return case.status in (WAITING, CLAIMED)
