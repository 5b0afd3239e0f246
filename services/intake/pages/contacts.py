"""Another e-mail address: from the result page by who has just registered, or after signing in."""

from collections.abc import Sequence

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid, NotFound, TooManyRequests
from services.intake.pages.begun import address_of, draft_of_page, result_of_page
from services.intake.pages.frame import application_id, changed_elsewhere, read_fields, see_other, show, shown_version
from services.intake.use_cases import Intake, change_contact, get_application, mend_contact

#: Where who is signed in came from.
_BACK = "/application"


async def get_mend(intake: Intake, request: web.Request) -> web.Response:
    """The address right after registering: nobody has proven it yet."""
    return _page(intake, request, address_of("/apply/done", await result_of_page(intake, request)))


async def post_mend(intake: Intake, request: web.Request) -> web.Response:
    form = await read_fields(request, ("email",))
    draft = await draft_of_page(intake, request)
    if draft is None or draft.application_id is None:
        raise NotFound("draft_not_found")
    email, back = form.get("email", ""), address_of("/apply/done", draft)
    try:
        await mend_contact(intake, draft.application_id, email)
    except Conflict:
        # Proven, or ended meanwhile: who signs in can go on.
        return see_other("/sign-in")
    except (Invalid, TooManyRequests) as refused:
        return _page(intake, request, back, email, _errors(refused), refused.status)
    return see_other(address_of("/apply/done", draft, {"changed": "1"}))


async def get_change(intake: Intake, request: web.Request) -> web.Response:
    """The address of who is signed in."""
    return _page(intake, request, _BACK, known=await _known(intake, request))


async def post_change(intake: Intake, request: web.Request) -> web.Response:
    form = await read_fields(request, ("email", "password"))
    own, email = application_id(request), form.get("email", "")
    try:
        await change_contact(intake, own, email, form.get("password", ""), await shown_version(request))
    except Conflict as conflict:
        if conflict.code == "wrong_state":
            return see_other("/application")
        errors = [changed_elsewhere()]
        return _page(intake, request, _BACK, email, errors, conflict.status, await _known(intake, request))
    except (Invalid, TooManyRequests) as refused:
        return _page(intake, request, _BACK, email, _errors(refused), refused.status, await _known(intake, request))
    return see_other("/application?changed=1")


async def _known(intake: Intake, request: web.Request) -> str:
    """The address that it is now."""
    return (await get_application(intake, application_id(request))).application.applicant.display("email")


def _errors(refused: Invalid | TooManyRequests) -> Sequence[FieldError]:
    return refused.errors if isinstance(refused, Invalid) else [FieldError("", refused.code, refused.detail)]


def _page(
    intake: Intake,
    request: web.Request,
    back: str,
    email: str = "",
    errors: Sequence[FieldError] = (),
    status: int = 200,
    known: str = "",
) -> web.Response:
    values = {
        "path": request.path,
        "back": back,
        "asks_password": back == _BACK,
        "email": email,
        "known": known,
        "errors": errors,
    }
    return show(intake, request, "contact.html", values, status=status)
