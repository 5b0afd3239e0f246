"""Seeing and mending an application."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from chassis.clock import today
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from rules.opening_days import expected_date
from services.intake import messages, store
from services.intake.model import amendments, corrections, deadlines, submission
from services.intake.model.applications import (
    APPROVED,
    CORRECTION_REQUESTED,
    ERASED,
    OURS,
    SUBMITTED,
    Applicant,
    Application,
    Change,
)
from services.intake.model.forms import CHANGEABLE, FIELDS, typed_form, understand_form
from services.intake.model.views import ApplicationView, OpenCorrection
from services.intake.use_cases.amendments import amend
from services.intake.use_cases.context import Intake


async def get_application(intake: Intake, application_id: UUID) -> ApplicationView:
    """Everything that the applicant may see. Raises NotFound."""
    async with intake.db.transaction() as tx:
        application = await store.find_application(tx.conn, application_id)
        if application is None or application.status == ERASED:
            raise NotFound
        documents = await store.stored_documents(tx.conn, application_id)
        named = await store.documents_among(tx.conn, application_id, corrections.named_documents(application))
        timeline = await store.timeline_of(tx.conn, application_id)
        mails = await store.mails_of(tx.conn, application_id)
        waiting = await store.waiting_besides(tx.conn, application_id)
    ours = application.status in OURS
    expected_on = expected_date(intake.policy, intake.today, waiting) if ours else application.expected_on
    missing = submission.missing_proofs(intake.policy, application.applicant, documents, intake.today) if ours else []
    sides = submission.missing_sides(intake.policy, documents, intake.today) if ours else []
    return ApplicationView(
        application=application,
        documents=documents,
        named_documents=named,
        timeline=timeline,
        corrections=tuple(
            OpenCorrection(reason, reason.item in application.corrected) for reason in application.corrections
        ),
        correct_by=deadlines.correct_by(intake.policy, application),
        open_fields=corrections.open_fields(intake.policy, application),
        expected_on=expected_on,
        missing=tuple(missing),
        missing_sides=tuple(sides),
        registration=application.registration if application.status == APPROVED else None,
        mails=mails,
        changed=_changes(application),
        missed=amendments.missed(application),
    )


async def change_application(
    intake: Intake, application_id: UUID, version: int, fields: Mapping[str, Any]
) -> Application:
    """Change the given fields, all or none of them.

    While provisional, and while the decision is waited for, any field of the applicant but e-mail, password, kind and
    language; while a correction is requested the named ones and those that follow from them. Raises NotFound,
    Conflict (`wrong_state`, `stale_version`) and Invalid (`field_not_open`, or what is wrong with a value).
    """
    async with intake.db.transaction() as tx:
        application = await _lock(tx, application_id)
        if application.status not in OURS and not amendments.may_amend(application):
            raise Conflict("wrong_state", messages.text("wrong_state"))
        refuse_stale(application, version)
        _refuse_closed(fields, corrections.open_fields(intake.policy, application))
        if not fields:
            return application
        answered = corrections.answered_by_fields(intake.policy, application, fields)
        changed = replace(
            application,
            applicant=_changed(intake, application, fields),
            version=version + 1,
            corrected=application.corrected | answered,
        )
        if application.status == SUBMITTED:
            return await amend(intake, tx, application, changed)
        await store.save_application(tx.conn, changed)
    return changed


async def confirm_application(intake: Intake, application_id: UUID, version: int) -> Application:
    """The applicant has looked through the whole application, as staff asked, and need not change it (any more).

    Raises NotFound and Conflict (`wrong_state`, `stale_version`).
    """
    async with intake.db.transaction() as tx:
        application = await lock_ours(tx, application_id)
        refuse_stale(application, version)
        asked = {reason.item for reason in application.corrections}
        answered = application.corrected | ({"application"} & asked)
        confirmed = replace(application, version=version + 1, corrected=answered)
        await store.save_application(tx.conn, confirmed)
    return confirmed


def refuse_stale(application: Application, version: int | None) -> None:
    """Raises Conflict(`stale_version`) where the application is not what was shown; None: whatever it is."""
    if version is not None and application.version != version:
        raise Conflict("stale_version", messages.text("stale_version"))


async def lock_ours(tx: Transaction, application_id: UUID) -> Application:
    """The application, locked, while it is the applicant's to change. Raises NotFound and Conflict(`wrong_state`)."""
    application = await _lock(tx, application_id)
    if application.status not in OURS:
        raise Conflict("wrong_state", messages.text("wrong_state"))
    return application


async def _lock(tx: Transaction, application_id: UUID) -> Application:
    application = await store.lock_application(tx.conn, application_id)
    if application is None:
        raise NotFound
    return application


def _changes(application: Application) -> tuple[Change, ...]:
    """What is otherwise now than review has it, or had it when the round was handed over."""
    if application.handed is None or application.status not in (SUBMITTED, CORRECTION_REQUESTED):
        return ()
    return amendments.changes(application.handed, application.applicant.values)


def _refuse_closed(fields: Mapping[str, Any], open_fields: tuple[str, ...]) -> None:
    errors = []
    for field in fields:
        if field not in open_fields:
            code = "field_not_open" if field in FIELDS else "unknown_field"
            errors.append(FieldError(field[:100], code, messages.text(code, field)))
    if errors:
        raise Invalid(errors)


def _changed(intake: Intake, application: Application, fields: Mapping[str, Any]) -> Applicant:
    """The applicant with these fields read anew; what was accepted before is not judged again."""
    before = application.applicant
    # The school-year rule goes by the day of submission, which a correction does not move.
    submitted = application.submitted_at
    on = today(lambda: submitted, intake.zone) if submitted else intake.today
    reading = understand_form(intake.policy, on, {**typed_form(before), **fields}, password_given=True)
    settled = {*before.values, "kind"}
    errors = [error for error in reading.errors if error.field in fields or error.field not in settled]
    if errors:
        raise Invalid(errors)
    values = {
        field: before.values[field] if field in before.values and field not in fields else reading.values[field]
        for field in (*CHANGEABLE, "email")
        if field in reading.values or (field in before.values and field not in _MAY_FALL_AWAY and field not in fields)
    }
    return replace(before, values=values)


_MAY_FALL_AWAY = ("kana", "guardian_name", "guardian_relation", "organisation_name", "organisation_address")
