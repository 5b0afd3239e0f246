"""What is being typed is kept here, so that back, refresh and double click lose nothing."""

from collections.abc import Mapping
from datetime import timedelta

from chassis.errors import NotFound
from chassis.tokens import new_token, token_hash
from rules import text
from rules.passwords import normalised, own_words
from services.intake import messages, store
from services.intake.model.applications import Application
from services.intake.model.forms import FIELDS, password_errors, understand_form
from services.intake.model.views import Draft, SavedDraft, Understanding
from services.intake.use_cases.context import Intake
from services.intake.use_cases.pause import refuse_while_paused, time_of_drafts
from services.intake.use_cases.reception import record_application, understood


async def save_draft(intake: Intake, token: str | None, form: Mapping[str, str], password: str | None) -> SavedDraft:
    """Keep what was typed, also when it is wrong, and say how it is understood.

    `form` replaces what was kept (it must not hold a password). `password` None or "" keeps the one given before; one
    that is not acceptable is an error and forgets it. Without a token, or with one that is unknown, expired or already
    registered, a new draft begins. `understanding.errors` holds a missing password (`required`) and consent too.
    """
    wrong = password_errors(intake.policy, password, own_words(form, intake.today)) if password else []
    fresh = await intake.hashing.hash(normalised(password)) if password and not wrong else None
    now = intake.now()
    expires_at = now + timedelta(days=intake.policy.deadlines.provisional_days)
    kept = _kept(form)
    async with intake.db.transaction() as tx:
        earlier = await store.lock_draft(tx.conn, token_hash(token), time_of_drafts(intake)) if token else None
        if token is None or earlier is None or earlier.application_id is not None:
            token, earlier = new_token(), None
        password_hash = fresh if password else earlier.password_hash if earlier else None
        await store.save_draft(tx.conn, token_hash(token), kept, password_hash, now, expires_at)
    given = {field: value for field, value in form.items() if field != "password"}
    understanding = understand_form(intake.policy, intake.today, given, password_given=password_hash is not None)
    if wrong:
        others = [error for error in understanding.errors if error.field != "password"]
        understanding = Understanding(None, [*others, *wrong], understanding.values)
    return SavedDraft(token, Draft(kept, password_hash is not None, None, expires_at), understanding)


async def keep_in_draft(intake: Intake, token: str | None, fields: Mapping[str, str]) -> str:
    """Keep these fields beside what was typed before, right or wrong; returns the token of the draft.

    As with `save_draft` a new draft begins where there is none that is still open. No password is kept.
    """
    now = intake.now()
    expires_at = now + timedelta(days=intake.policy.deadlines.provisional_days)
    async with intake.db.transaction() as tx:
        earlier = await store.lock_draft(tx.conn, token_hash(token), time_of_drafts(intake)) if token else None
        if token is None or earlier is None or earlier.application_id is not None:
            token, earlier = new_token(), None
        form = {**(earlier.form if earlier else {}), **_kept(fields)}
        password_hash = earlier.password_hash if earlier else None
        await store.save_draft(tx.conn, token_hash(token), form, password_hash, now, expires_at)
    return token


async def find_draft(intake: Intake, token: str) -> Draft | None:
    """The draft of this token, or None where it is unknown or expired."""
    async with intake.db.connection() as conn:
        row = await store.find_draft(conn, token_hash(token), time_of_drafts(intake))
    return Draft(row.form, row.password_hash is not None, row.application_id, row.expires_at) if row else None


async def forget_draft(intake: Intake, token: str) -> None:
    """Erase what was typed, if it is not registered."""
    async with intake.db.transaction() as tx:
        await store.forget_draft(tx.conn, token_hash(token))


async def register_draft(intake: Intake, token: str) -> Application:
    """Make the draft an application and have the link mailed; again, also at once, gives the same application.

    Raises NotFound(`draft_not_found`), Invalid with every fault, and Unavailable(`reception_paused`): the draft stays.
    """
    async with intake.db.transaction() as tx:
        # Whoever comes second waits here, and then finds what the first has made.
        row = await store.lock_draft(tx.conn, token_hash(token), time_of_drafts(intake))
        if row is None:
            raise NotFound("draft_not_found", messages.text("draft_not_found"))
        if row.application_id is not None:
            application = await store.find_application(tx.conn, row.application_id)
            if application is None:
                raise NotFound("draft_not_found", messages.text("draft_not_found"))
            return application
        refuse_while_paused(intake)
        understanding = understand_form(
            intake.policy, intake.today, row.form, password_given=row.password_hash is not None
        )
        applicant = understood(understanding)
        assert row.password_hash is not None
        application = await record_application(intake, tx, applicant, row.password_hash)
        await store.draft_registered(tx.conn, token_hash(token), application.id)
    return application


def _kept(form: Mapping[str, str]) -> dict[str, str]:
    """What a draft keeps: enough to show back what is too long, and no more; never a password."""
    return {field: text.storable(form[field]) for field in FIELDS if field in form and field != "password"}
