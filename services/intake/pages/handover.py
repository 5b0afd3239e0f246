"""Going on with the telephone: a QR code on the computer, and what its link opens."""

from uuid import UUID

import segno
from aiohttp import web
from markupsafe import Markup

from chassis.errors import NotFound, Unauthenticated
from chassis.web.cookies import drop_cookie, set_cookie
from chassis.web.languages import plain
from chassis.web.subjects import Subject, is_about
from services.intake.model.handovers import OVER, WITHIN
from services.intake.pages import photos
from services.intake.pages.frame import (
    APPLICATION,
    HANDED_OVER,
    HANDOVER,
    applicant_page,
    application_id,
    cookie,
    read_fields,
    see_other,
    show,
)
from services.intake.pages.photograph import PAGE as DOCUMENTS
from services.intake.use_cases import Intake, get_application, handovers


async def photos_page(intake: Intake, request: web.Request) -> UUID:
    """Whose photographs: of the application that was handed over to this device, else the applicant's own.

    In this order: on a telephone where the mother is signed in, the child's photographs must not become hers.
    """
    session = cookie(request, HANDOVER)
    if session:
        try:
            handover = await handovers.handed_over(intake, session)
        except Unauthenticated:
            return await applicant_page(intake, request)
        request[HANDED_OVER] = handover
        is_about(request, APPLICATION, Subject(str(handover.application_id), 0))
        return handover.application_id
    return await applicant_page(intake, request)


async def post_handover(intake: Intake, request: web.Request) -> web.Response:
    """A new link, as a QR code."""
    await read_fields(request, ())
    token = await handovers.begin_handover(intake, application_id(request))
    code = segno.make(f"{intake.public_url}/handover/{token}", error="m", micro=False)
    values = {
        "code": Markup(code.svg_inline(omitsize=True, border=4)),  # noqa: S704 (drawn by us)
        "minutes": WITHIN.seconds // 60,
    }
    return show(intake, request, "handover.html", values)


async def get_handover(intake: Intake, request: web.Request) -> web.Response:
    """A code is shown once; whoever opens the page again can have a new one."""
    return see_other(DOCUMENTS)


async def get_state(intake: Intake, request: web.Request) -> web.Response:
    """How far the telephone is, as JSON: the page on the computer asks every few seconds."""
    handover = await handovers.find_handover(intake, application_id(request))
    if handover is None:
        return web.json_response({"state": OVER, "photos": []})
    view = await get_application(intake, application_id(request))
    new = [each for each in view.documents if handover.opened_at and each.chosen_at >= handover.opened_at]
    shown = [{"id": str(each.id), "name": plain(each.name)} for each in photos.shown(intake.policy, new)]
    return web.json_response({"state": handover.state(intake.now()), "photos": shown})


async def get_link(intake: Intake, request: web.Request) -> web.Response:
    """What the QR code leads to. Opening it changes nothing: a button does."""
    token = request.match_info["token"]
    if not await handovers.is_waiting(intake, token):
        return _over(intake, request)
    return show(intake, request, "handover_link.html", {"token": token})


async def post_link(intake: Intake, request: web.Request) -> web.Response:
    """Open the photographs on this device."""
    await read_fields(request, ())
    try:
        session = await handovers.open_handover(intake, request.match_info["token"])
    except NotFound:
        return _over(intake, request)
    response = see_other(DOCUMENTS)
    set_cookie(request, response, HANDOVER, session)
    return response


def _over(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "handover_over.html", {}, status=404)


async def post_end(intake: Intake, request: web.Request) -> web.Response:
    """All photographs are sent."""
    await read_fields(request, ())
    session = cookie(request, HANDOVER)
    if session:
        await handovers.end_handover(intake, session)
    response = see_other("/handed-over")
    drop_cookie(request, response, HANDOVER)
    return response


async def get_ended(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "handover_ended.html", {})
