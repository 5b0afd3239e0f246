"""Changes while the decision is waited for: they go to review, and what came too late is said plainly."""

from collections.abc import Mapping
from dataclasses import replace

from chassis.clock import today
from chassis.database import Transaction
from rules.understanding import Understood
from services.intake import events, store
from services.intake.model import amendments, submission
from services.intake.model.amendments import Amendment
from services.intake.model.applications import Application
from services.intake.use_cases.context import Intake


async def amend(intake: Intake, tx: Transaction, before: Application, after: Application) -> Application:
    """Keep the changed application, whose row is locked, and tell review. What means the same changes nothing."""
    changed = amendments.changes(before.applicant.values, after.applicant.values)
    if not changed:
        return before
    now = intake.now()
    handed = before.handed or before.applicant.values
    names = tuple(change.field for change in changed)
    earlier = await store.amendments_of(tx.conn, before.id, before.round)
    amendment = Amendment(after.version, before.round, now, before.applicant.values, names)
    await store.insert_amendment(tx.conn, before.id, amendment)
    amended = await _judged(intake, tx, replace(after, handed=handed, missed={}), names)
    await store.save_application(tx.conn, amended)
    await store.note_handed(tx.conn, amended.id, handed, {})
    await store.tell(tx.conn, amended.id, "amended", amended.version, now)
    touched = amendments.touched([*earlier, amendment], handed, amended.applicant.values)
    await tx.record(events.application_amended(amended, touched))
    return amended


async def note_decision(tx: Transaction, application: Application, decided_on: int | None) -> Application:
    """The application as the decision on this version knew it, with what came too late in `missed`."""
    told = await store.amendments_of(tx.conn, application.id, application.round)
    wanted = application.applicant.values
    known = amendments.known_to_staff(told, decided_on)
    missed: Mapping[str, Understood | None] = {}
    if known is not None:
        missed = {change.field: change.after for change in amendments.changes(known, wanted)}
    # The address that mails go to is no part of what is decided.
    handed = wanted if known is None else {**known, "email": wanted["email"]}
    await store.note_handed(tx.conn, application.id, handed, missed)
    return replace(application, applicant=replace(application.applicant, values=handed), handed=handed, missed=missed)


async def _judged(intake: Intake, tx: Transaction, application: Application, changed: tuple[str, ...]) -> Application:
    """With the rules asked again where what they follow from was changed, by the day of the submission."""
    if not submission.decides(changed) or application.submitted_at is None:
        return application
    submitted_at = application.submitted_at
    on = today(lambda: submitted_at, intake.zone)
    documents = await store.stored_documents(tx.conn, application.id)
    outcomes = submission.asked(intake.policy, application.applicant, documents, on)
    return replace(application, outcomes=outcomes, policy_version=intake.policy.version)
