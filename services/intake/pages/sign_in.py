"""Signing in: the mailed link shows a page and does nothing by itself; the link can be asked for again."""

from collections.abc import Sequence

from aiohttp import web

from chassis.errors import FieldError, TooManyRequests, Unauthenticated
from chassis.web.cookies import set_cookie
from services.intake import messages
from services.intake.model.applications import CORRECTION_REQUESTED, PROVISIONAL
from services.intake.pages.frame import SESSION, cookie, read_fields, see_other, show
from services.intake.pages.leaving import forget
from services.intake.use_cases import Intake, request_link, sign_in, sign_out

_FIRST_PAGE = {PROVISIONAL: "/application/documents", CORRECTION_REQUESTED: "/application/corrections"}


async def get_sign_in(intake: Intake, request: web.Request) -> web.Response:
    """For those who have the receipt number at hand, and no link."""
    return sign_in_page(intake, request)


async def get_continue(intake: Intake, request: web.Request) -> web.Response:
    """The mailed link. Whoever opens it (a scanner of mails, too) changes nothing."""
    link = {"application": request.match_info["application"], "proof": request.match_info.get("proof", "")}
    return sign_in_page(intake, request, link)


async def post_sign_in(intake: Intake, request: web.Request) -> web.Response:
    """Sign in, and go where something is to be done."""
    form = await read_fields(request, ("application", "proof", "email", "password"))
    errors = [
        FieldError(name, "required", messages.text("required", name))
        for name in ("application", "email", "password")
        if not form.get(name, "").strip()
    ]
    if errors:
        return sign_in_page(intake, request, form, errors, status=422)
    try:
        signed_in = await sign_in(
            intake,
            form["email"],
            form["password"],
            form["application"],
            form.get("proof") or None,
            cookie(request, SESSION),
        )
    except Unauthenticated as wrong:
        # Who came by a link was not asked for the receipt number.
        said = "wrong_link_credentials" if "proof" in form else "wrong_credentials"
        error = FieldError("", wrong.code, messages.text(said))
        return sign_in_page(intake, request, form, [error], status=wrong.status)
    except TooManyRequests as enough:
        error = FieldError("", enough.code, messages.text("too_many_failures"))
        response = sign_in_page(intake, request, form, [error], status=enough.status)
        response.headers.update(enough.headers)
        return response
    response = see_other(_FIRST_PAGE.get(signed_in.application.status, "/application"))
    set_cookie(request, response, SESSION, signed_in.token)
    return response


async def post_link_request(intake: Intake, request: web.Request) -> web.Response:
    """Ask for the link; the answer is the same whoever asks."""
    form = await read_fields(request, ("application", "email"))
    await request_link(intake, form.get("email", ""), form.get("application", ""))
    return see_other("/link-requests")


async def get_link_request(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "link_requested.html", {})


async def post_sign_out(intake: Intake, request: web.Request) -> web.Response:
    await read_fields(request, ())
    token = cookie(request, SESSION)
    if token:
        await sign_out(intake, token)
    response = see_other("/")
    forget(request, response)
    return response


def sign_in_page(
    intake: Intake,
    request: web.Request,
    form: dict[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    *,
    explain: str = "",
    status: int = 200,
) -> web.Response:
    """The page to sign in. Without a link it asks for the receipt number; a link's application is kept as it came."""
    form = form or {}
    linked = "proof" in form
    values = {
        "application": form.get("application", "") if linked else "",
        "proof": form.get("proof", ""),
        "receipt_number": "" if linked else form.get("application", ""),
        "linked": linked,
        "email": form.get("email", ""),
        "errors": errors,
        "password_set": "password" in request.query,
        "ended": "ended" in request.query,
        "explain": explain,
    }
    return show(intake, request, "sign_in.html", values, status=status)
