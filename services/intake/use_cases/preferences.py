"""In which language the applicant is written to, and whether before the card expires."""

from dataclasses import replace
from uuid import UUID

from chassis.errors import FieldError, Invalid, NotFound
from services.intake import events, messages, store
from services.intake.model import preferences
from services.intake.model.applications import ERASED, Application
from services.intake.use_cases.applications import refuse_stale
from services.intake.use_cases.context import Intake


async def change_preferences(
    intake: Intake,
    application_id: UUID,
    language: str | None,
    expiry_notice: bool | None,
    version: int | None = None,
) -> Application:
    """Change what is given, and tell who writes; what is as it was is not told again.

    In every state until the application is erased: while it goes on, mails follow; once it is approved the notice is
    still to come; one that was rejected, withdrawn or has expired gets no more mails, but nobody is refused to take a
    consent back. Touches neither the e-mail address, its proof, nor the password, and needs no version: without one the
    later of two changes holds; a page gives the one that it showed.

    Raises NotFound, Conflict(`stale_version`) and Invalid: both fields (`required`) where neither is given, `language` (`unknown_code`,
    `retired_code`, `required` where it is empty).
    """
    if language is None and expiry_notice is None:
        raise Invalid([_error(field, "required") for field in ("language", "expiry_notice")])
    async with intake.db.transaction() as tx:
        application = await store.lock_application(tx.conn, application_id)
        if application is None or application.status == ERASED:
            raise NotFound
        before = application.applicant
        wanted = replace(
            before,
            language=before.language if language is None else language.strip(),
            expiry_notice=before.expiry_notice if expiry_notice is None else expiry_notice,
        )
        if problem := preferences.language_problem(intake.policy, before, wanted.language):
            raise Invalid([_error("language", problem)])
        names = preferences.changed(before, wanted)
        if not names:
            return application
        refuse_stale(application, version)
        changed = replace(application, applicant=wanted, version=application.version + 1)
        await store.save_application(tx.conn, changed)
        said = await tx.record(events.application_contact_changed(changed, names))
        # Links wait for the latest contact (ADR 0008): for this one, too.
        changed = replace(changed, contact_sequence=said.sequence)
        await store.set_preferences(tx.conn, changed)
    return changed


def _error(field: str, code: str) -> FieldError:
    return FieldError(field, code, messages.text(code, field))
