"""The applicant's own slips, one field or all, until the decision."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid
from services.intake.model import corrections
from services.intake.model.applications import CORRECTION_REQUESTED, SUBMITTED
from services.intake.model.views import ApplicationView
from services.intake.pages import boxes, fields
from services.intake.pages.frame import application_id, changed_elsewhere, read_fields, see_other, show, shown_version
from services.intake.use_cases import Intake, change_application, get_application

#: Where the decision came first: the page of the application says so.
LATE = "/application?late=1"


async def get_details(intake: Intake, request: web.Request) -> web.Response:
    """All fields, or `?field=` with what goes along with it."""
    view = await get_application(intake, application_id(request))
    if view.application.status == CORRECTION_REQUESTED or not view.open_fields:
        return see_other("/application")
    chosen = request.query.get("field", "")
    return _details(intake, request, view, corrections.together(chosen) if chosen else view.open_fields)


async def post_details(intake: Intake, request: web.Request) -> web.Response:
    """Keep what was changed. Where staff look already, they are told."""
    sent = await read_fields(request, boxes.SENT)
    try:
        changed = await change_application(intake, application_id(request), await shown_version(request), sent)
    except Invalid as invalid:
        return await _again(intake, request, sent, invalid.errors, invalid.status)
    except Conflict as conflict:
        if conflict.code == "wrong_state":
            return see_other(LATE)
        return await _again(intake, request, sent, [changed_elsewhere()], conflict.status)
    return see_other("/application?amended=1" if changed.status == SUBMITTED else "/application/confirm")


async def _again(
    intake: Intake, request: web.Request, typed: Mapping[str, str], errors: Sequence[FieldError], status: int
) -> web.Response:
    """The form with what was typed, for the version of now."""
    view = await get_application(intake, application_id(request))
    if view.application.status == CORRECTION_REQUESTED or not view.open_fields:
        return see_other(LATE)
    named = {*typed, *(error.field for error in errors)}
    return _details(intake, request, view, named & set(view.open_fields) or view.open_fields, typed, errors, status)


def _details(
    intake: Intake,
    request: web.Request,
    view: ApplicationView,
    names: Sequence[str] | set[str],
    typed: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> web.Response:
    waiting = view.application.status == SUBMITTED
    values = {
        "waiting": waiting,
        "back": "/application" if waiting else "/application/confirm",
        "fields": boxes.boxes(intake, view, names, typed or {}),
        "errors": fields.in_order(errors),
    }
    return show(intake, request, "details.html", values, status=status)
