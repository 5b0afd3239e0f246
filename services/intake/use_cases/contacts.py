"""Another e-mail address: mistyped at first, or changed since. The old link dies, and a new one goes to the new address."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid, NotFound, TooManyRequests
from rules.understanding import Understood
from services.intake import events, messages, store
from services.intake.model.applications import OURS, PROVISIONAL, SUBMITTED, Application
from services.intake.model.forms import typed_form, understand_form
from services.intake.use_cases.applications import refuse_stale
from services.intake.use_cases.context import Intake
from services.intake.use_cases.limits import APPLICATION
from services.intake.use_cases.links import CONTINUE
from services.intake.use_cases.proofs import new_link
from services.intake.use_cases.sessions import application_subject, count_guess, too_many_guesses, verify_password

#: The policy's rate of changes for each application: each one writes to a new address.
RATE = "contact_change"
_EMAIL_ITEM = "field:email"


async def change_contact(
    intake: Intake, application_id: UUID, email: str, password: str, version: int | None = None
) -> Application:
    """Change the address of who is signed in and gives the password once more, until the decision. `version`: as it was
    shown, before which address is to change.

    Raises NotFound; Conflict(`wrong_state`, `stale_version`); Invalid: `password` (`wrong_password`), `email` (`email_same`, or what is
    wrong with it); TooManyRequests beyond the policy's rate.
    """
    subject = application_subject(application_id)
    async with intake.db.transaction() as tx:
        found = await _locked(tx, application_id)
        allowed = await count_guess(intake, tx, subject)
    if not allowed:
        raise too_many_guesses(intake)
    if not await verify_password(intake, found.password_hash, password):
        raise Invalid([FieldError("password", "wrong_password", messages.text("wrong_password"))])
    async with intake.db.transaction() as tx:
        await store.forget_attempts(tx.conn, subject)
        application = await _locked(tx, application_id)
        if application.status not in (*OURS, SUBMITTED):
            raise _wrong_state()
        refuse_stale(application, version)
        return await _change(intake, tx, application, email)


async def mend_contact(intake: Intake, application_id: UUID, email: str) -> Application:
    """Mend the address right after registering, while nobody has proven it. Raises as `change_contact`."""
    async with intake.db.transaction() as tx:
        application = await _locked(tx, application_id)
        if application.status != PROVISIONAL or application.email_proven_at is not None:
            raise _wrong_state()
        return await _change(intake, tx, application, email)


async def _change(intake: Intake, tx: Transaction, application: Application, typed: str) -> Application:
    email, now = _understood(intake, application, typed), intake.now()
    await _refuse_too_many(intake, tx, application)
    applicant = replace(application.applicant, values={**application.applicant.values, "email": email})
    asked = {reason.item for reason in application.corrections}
    changed = replace(
        application,
        applicant=applicant,
        email_proven_at=None,
        version=application.version + 1,
        corrected=application.corrected | ({_EMAIL_ITEM} & asked),
    )
    await store.save_application(tx.conn, changed)
    await store.end_proofs(tx.conn, application.id, now)
    await store.end_password_resets(tx.conn, application.id, now)
    said = await tx.record(events.application_contact_changed(changed, ["email"]))
    changed = replace(changed, contact_sequence=said.sequence)
    await store.set_contact(tx.conn, application.id, email.match_key, said.sequence)
    await store.tell(tx.conn, application.id, "contact_changed", said.sequence, now)
    link = await new_link(intake, tx, application.id)
    await tx.record(events.application_link_requested(changed, CONTINUE, link))
    return changed


def _understood(intake: Intake, application: Application, typed: str) -> Understood:
    form = {**typed_form(application.applicant), "email": typed}
    reading = understand_form(intake.policy, intake.today, form, password_given=True)
    if errors := [error for error in reading.errors if error.field == "email"]:
        raise Invalid(errors)
    email = reading.values["email"]
    if email.match_key == application.applicant.values["email"].match_key:
        raise Invalid([FieldError("email", "email_same", messages.text("email_same"))])
    return email


async def _refuse_too_many(intake: Intake, tx: Transaction, application: Application) -> None:
    rate = intake.policy.limits.rate(RATE, APPLICATION)
    if rate is None:
        return
    since = intake.now() - timedelta(seconds=rate.seconds)
    if await store.contact_changes_since(tx.conn, application.id, since) >= rate.count:
        raise TooManyRequests(rate.seconds, messages.text("too_many_changes"))


async def _locked(tx: Transaction, application_id: UUID) -> Application:
    application = await store.lock_application(tx.conn, application_id)
    if application is None:
        raise NotFound
    return application


def _wrong_state() -> Conflict:
    return Conflict("wrong_state", messages.text("wrong_state"))
