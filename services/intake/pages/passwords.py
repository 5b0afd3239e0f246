"""A forgotten password: asking for the link, and the page that it leads to. Opening the link changes nothing."""

from collections.abc import Sequence

from aiohttp import web

from chassis.errors import FieldError, Invalid, NotFound
from services.intake.pages.frame import read_fields, see_other, show, uuid_in
from services.intake.use_cases import Intake, asks_birth_date, request_password_reset, set_password


async def get_request(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "password_request.html", {"application": request.query.get("application", "")})


async def post_request(intake: Intake, request: web.Request) -> web.Response:
    """Have the link mailed; the answer is the same whoever asks."""
    form = await read_fields(request, ("application", "email"))
    await request_password_reset(intake, form.get("email", ""), form.get("application", ""))
    return see_other("/password-resets/sent")


async def get_sent(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "password_requested.html", {})


async def get_password(intake: Intake, request: web.Request) -> web.Response:
    """The mailed link. Whoever opens it (a scanner of mails, too) changes nothing."""
    return await _page(intake, request)


async def post_password(intake: Intake, request: web.Request) -> web.Response:
    """Set the new password; then sign in with it."""
    form = await read_fields(request, ("password", "birth_date"))
    try:
        application_id, token = uuid_in(request, "application"), request.match_info["token"]
        await set_password(intake, application_id, token, form.get("password", ""), form.get("birth_date", ""))
    except NotFound:
        return _ended(intake, request)
    except Invalid as invalid:
        return await _page(intake, request, form.get("birth_date", ""), invalid.errors, invalid.status)
    return see_other(f"/continue/{application_id}?password=set")


async def _page(
    intake: Intake, request: web.Request, birth_date: str = "", errors: Sequence[FieldError] = (), status: int = 200
) -> web.Response:
    try:
        asked = await asks_birth_date(intake, uuid_in(request, "application"), request.match_info["token"])
    except NotFound:
        return _ended(intake, request)
    values = {"path": request.path, "asks_birth_date": asked, "birth_date": birth_date, "errors": errors}
    return show(intake, request, "password.html", values, status=status)


def _ended(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "password_ended.html", {}, status=404)
