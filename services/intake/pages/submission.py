"""Checking everything once more, submitting, and the page that says what happens now."""

from collections.abc import Sequence

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid
from services.intake import messages
from services.intake.model.applications import CORRECTION_REQUESTED, OURS, SUBMITTED
from services.intake.pages import fields, photos
from services.intake.pages.application import coming
from services.intake.pages.frame import application_id, changed_elsewhere, read_fields, see_other, show, shown_version
from services.intake.use_cases import Intake, get_application, submit


async def get_confirm(intake: Intake, request: web.Request) -> web.Response:
    """Everything that will be handed over; what is missing leads to where it is given."""
    view = await get_application(intake, application_id(request))
    if view.application.status not in OURS:
        return see_other("/application")
    if not all(correction.done for correction in view.corrections):
        return see_other("/application/corrections")
    if view.missing or view.missing_sides:
        return see_other("/application/documents")
    return await _page(intake, request)


async def post_confirm(intake: Intake, request: web.Request) -> web.Response:
    """Submit; pressed twice, it is handed over once."""
    await read_fields(request, ())
    try:
        await submit(intake, application_id(request), await shown_version(request))
    except Invalid as invalid:
        if invalid.code == "corrections_missing":
            return see_other("/application/corrections")
        if invalid.code == "documents_missing":
            return see_other("/application/documents")
        return await _page(intake, request, invalid.errors, invalid.status)
    except Conflict as conflict:
        if conflict.code == "stale_version":
            return await _page(intake, request, [changed_elsewhere()], conflict.status)
        if conflict.code != "email_not_proven":
            raise
        error = FieldError("", conflict.code, messages.text(conflict.code))
        return await _page(intake, request, [error], conflict.status)
    return see_other("/application/done")


async def get_done(intake: Intake, request: web.Request) -> web.Response:
    """Received, but not registered yet."""
    view = await get_application(intake, application_id(request))
    if view.application.status != SUBMITTED:
        return see_other("/application")
    values = {"application": view.application, "steps": coming(view)}
    return show(intake, request, "submitted.html", values)


async def _page(
    intake: Intake, request: web.Request, errors: Sequence[FieldError] = (), status: int = 200
) -> web.Response:
    view = await get_application(intake, application_id(request))
    application = view.application
    correcting = application.status == CORRECTION_REQUESTED
    editable = () if correcting else view.open_fields
    values = {
        "correcting": correcting,
        "rows": fields.settled(
            intake.policy,
            application.applicant.values,
            intake.today,
            "/application/details",
            editable,
            {"email": "/application/email"},
        ),
        "changes": fields.changed(intake.policy, view.changed, intake.today),
        "new_photos": photos.shown(
            intake.policy, [each for each in view.documents if each.round > max(1, application.round)]
        ),
        "documents": photos.shown(intake.policy, view.documents),
        "expected_on": view.expected_on,
        "errors": errors,
    }
    return show(intake, request, "submission.html", values, status=status)
