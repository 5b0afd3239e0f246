"""Another e-mail address: from the result page by who has just registered, or after signing in."""

from collections.abc import Sequence

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid, NotFound, TooManyRequests
from services.intake.pages.frame import DRAFT, application_id, cookie, read_fields, see_other, show
from services.intake.use_cases import Intake, change_contact, find_draft, get_application, mend_contact

_RESULT, _OWN = "/apply/email", "/application/email"


async def get_mend(intake: Intake, request: web.Request) -> web.Response:
    """The address right after registering: nobody has proven it yet."""
    return _page(intake, request, _RESULT)


async def post_mend(intake: Intake, request: web.Request) -> web.Response:
    form = await read_fields(request, ("email",))
    token = cookie(request, DRAFT)
    draft = await find_draft(intake, token) if token else None
    if draft is None or draft.application_id is None:
        raise NotFound("draft_not_found")
    email = form.get("email", "")
    try:
        await mend_contact(intake, draft.application_id, email)
    except Conflict:
        # Proven, or ended meanwhile: who signs in can go on.
        return see_other("/sign-in")
    except (Invalid, TooManyRequests) as refused:
        return _page(intake, request, _RESULT, email, _errors(refused), refused.status)
    return see_other("/apply/done?changed=1")


async def get_change(intake: Intake, request: web.Request) -> web.Response:
    """The address of who is signed in."""
    return _page(intake, request, _OWN, known=await _known(intake, request))


async def post_change(intake: Intake, request: web.Request) -> web.Response:
    form = await read_fields(request, ("email", "password"))
    own, email = application_id(request), form.get("email", "")
    try:
        await change_contact(intake, own, email, form.get("password", ""))
    except Conflict:
        return see_other("/application")
    except (Invalid, TooManyRequests) as refused:
        return _page(intake, request, _OWN, email, _errors(refused), refused.status, await _known(intake, request))
    return see_other("/application?changed=1")


async def _known(intake: Intake, request: web.Request) -> str:
    """The address that it is now."""
    return (await get_application(intake, application_id(request))).application.applicant.display("email")


def _errors(refused: Invalid | TooManyRequests) -> Sequence[FieldError]:
    return refused.errors if isinstance(refused, Invalid) else [FieldError("", refused.code, refused.detail)]


def _page(
    intake: Intake,
    request: web.Request,
    path: str,
    email: str = "",
    errors: Sequence[FieldError] = (),
    status: int = 200,
    known: str = "",
) -> web.Response:
    values = {
        "path": path,
        "back": "/apply/done" if path == _RESULT else "/application",
        "asks_password": path == _OWN,
        "email": email,
        "known": known,
        "errors": errors,
    }
    return show(intake, request, "contact.html", values, status=status)
