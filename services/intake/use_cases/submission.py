"""Handing the application to review, and taking it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from rules.opening_days import expected_date
from services.intake import events, messages, store
from services.intake.model import corrections, submission
from services.intake.model.applications import ENDED, OURS, PROVISIONAL, SUBMITTED, WITHDRAWN, Application
from services.intake.model.documents import Document
from services.intake.model.views import Submitted
from services.intake.use_cases.applications import refuse_stale
from services.intake.use_cases.context import Intake
from services.intake.use_cases.pause import refuse_while_paused


async def submit(intake: Intake, application_id: UUID, version: int | None = None) -> Submitted:
    """Hand the application to review; again, while it is submitted, gives the same answer. `version`: as it was shown.

    Raises NotFound, Conflict(`email_not_proven`, `wrong_state`, `stale_version`), Invalid(`documents_missing`: a FieldError("documents",
    the proof) for each missing proof and FieldError("documents.<type>.<side>", "side_missing") for each missing side;
    `corrections_missing`: a FieldError(item, "not_corrected") for each item not answered), Unavailable(`reception_paused`).
    """
    now, on = intake.now(), intake.today
    async with intake.db.transaction() as tx:
        application = await _locked(tx, application_id)
        if application.status == SUBMITTED and application.expected_on:
            return Submitted(SUBMITTED, application.expected_on)
        if application.status in ENDED:
            raise _wrong_state()
        refuse_stale(application, version)
        if application.status == PROVISIONAL:
            # What the library itself asked for may come at any time.
            refuse_while_paused(intake)
        documents = submission.living(await store.stored_documents(tx.conn, application_id))
        _refuse_unready(intake, application, documents)
        outcomes = submission.outcomes(intake.policy, application, on)
        _refuse_category(outcomes["eligibility"])
        settled_anew = submission.settled_anew(application)
        policy_version = application.policy_version
        if settled_anew or policy_version is None:
            policy_version = intake.policy.version
        expected_on = expected_date(intake.policy, on, await store.waiting_besides(tx.conn, application_id))
        submitted = replace(
            application,
            status=SUBMITTED,
            version=application.version + 1,
            round=application.round + 1,
            submitted_at=now,
            expected_on=expected_on,
            policy_version=policy_version,
            outcomes=outcomes,
            corrections=(),
            corrected=frozenset(),
            correct_by=None,
        )
        await store.save_application(tx.conn, submitted)
        await store.note_handed(tx.conn, application_id, application.applicant.values, {})
        await store.tell(
            tx.conn, application_id, "resubmitted" if application.round else "submitted", submitted.round, now
        )
        await tx.record(events.application_submitted(submitted, documents, expected_on))
        await tx.record(
            events.application_handed_over(submitted, documents, now, expected_on, policy_version, outcomes)
        )
    return Submitted(SUBMITTED, expected_on)


async def withdraw(intake: Intake, application_id: UUID) -> str:
    """Withdraw: `withdrawn`, or `withdrawal_requested` while it is with review. Both may be asked again.

    Raises NotFound, and Conflict(`wrong_state`) where it ended otherwise.
    """
    now = intake.now()
    async with intake.db.transaction() as tx:
        application = await _locked(tx, application_id)
        if application.status == WITHDRAWN:
            return WITHDRAWN
        if application.status in OURS:
            await end_by_withdrawal(tx, application, now)
            await tx.record(events.application_withdrawn(application))
            return WITHDRAWN
        if application.status != SUBMITTED:
            raise _wrong_state()
        if application.withdrawal_requested_at is None:
            asked = replace(application, withdrawal_requested_at=now, version=application.version + 1)
            await store.save_application(tx.conn, asked)
            await store.tell(tx.conn, application_id, "withdrawal_requested", application.round, now)
            await tx.record(events.application_withdrawal_requested(application))
    return "withdrawal_requested"


async def end_by_withdrawal(tx: Transaction, application: Application, at: datetime) -> None:
    """The application, whose row is locked, ends: the applicant withdrew it."""
    ended = replace(application, status=WITHDRAWN, version=application.version + 1, ended_at=at)
    await store.save_application(tx.conn, ended)
    await store.tell(tx.conn, application.id, "withdrawn", 0, at)


async def _locked(tx: Transaction, application_id: UUID) -> Application:
    application = await store.lock_application(tx.conn, application_id)
    if application is None:
        raise NotFound
    return application


def _refuse_unready(intake: Intake, application: Application, documents: Sequence[Document]) -> None:
    if application.email_proven_at is None:
        raise Conflict("email_not_proven", messages.text("email_not_proven"))
    if items := corrections.unanswered(application):
        errors = [FieldError(item, "not_corrected", messages.text("not_corrected")) for item in items]
        raise Invalid(errors, "corrections_missing", messages.text("corrections_missing"))
    proofs = submission.missing_proofs(intake.policy, application.applicant, documents, intake.today)
    sides = submission.missing_sides(intake.policy, documents, intake.today)
    if proofs or sides:
        errors = submission.missing_errors(proofs, sides)
        raise Invalid(errors, "documents_missing", messages.text("documents_missing"))


def _refuse_category(outcome: str) -> None:
    if outcome in ("category_unknown", "category_retired"):
        raise Invalid([FieldError("category", "retired_code", messages.text("retired_code", "category"))])


def _wrong_state() -> Conflict:
    return Conflict("wrong_state", messages.text("wrong_state"))
