"""Which routes are counted, and what a person sees who has asked too often: the same form, with all that was typed."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from aiohttp import web

from chassis.errors import FieldError, Problem, TooManyRequests
from chassis.web import typed
from chassis.web.addresses import client_address
from chassis.web.failures import is_api
from chassis.web.forms import read_body, read_form
from chassis.web.routes import PRINCIPAL, Handler, Route
from services.intake.pages import apply, contacts, eligibility, passwords
from services.intake.pages.begun import draft_of_page
from services.intake.pages.frame import OWN_FIELDS, REFUSED
from services.intake.pages.sign_in import sign_in_page
from services.intake.use_cases import Intake, at_once, limits

#: The policy's rate for each route that costs us, or others, something.
CODES: Mapping[tuple[str, str], str] = {
    ("POST", "/api/v1/applications"): "application",
    ("POST", "/apply/register"): "application",
    ("POST", "/api/v1/sessions"): "sign_in",
    ("POST", "/sign-in"): "sign_in",
    ("POST", "/password/{application}/{token}"): "sign_in",
    ("POST", "/handover/{token}"): "sign_in",
    ("POST", "/api/v1/password-resets"): "link",
    ("POST", "/password-resets"): "link",
    ("POST", "/link-requests"): "link",
    ("POST", "/apply/resend"): "link",
    ("POST", "/api/v1/applications/{application_id}/contact"): "contact_change",
    ("POST", "/apply/email"): "contact_change",
    ("POST", "/application/email"): "contact_change",
    ("POST", "/api/v1/applications/{application_id}/documents"): "upload",
    ("POST", "/application/documents"): "upload",
    ("POST", "/apply"): "draft",
    ("POST", "/apply/draft"): "draft",
    ("POST", "/eligibility"): "lookup",
    ("POST", "/language"): "lookup",
    ("GET", "/postal-codes/{code}"): "lookup",
}


async def _sign_in(intake: Intake, request: web.Request) -> web.Response:
    form = await read_form(request)
    return sign_in_page(intake, request, {name: form[name] for name in form if name not in OWN_FIELDS})


#: The page with the form that was sent. A draft to register is kept as it is.
_FORMS: Mapping[str, Callable[[Intake, web.Request], Awaitable[web.Response]]] = {
    "/sign-in": _sign_in,
    "/link-requests": _sign_in,
    "/password-resets": passwords.get_request,
    "/password/{application}/{token}": passwords.get_password,
    "/apply": apply.get_form,
    "/apply/draft": apply.get_form,
    "/eligibility": eligibility.show_again,
    "/apply/email": contacts.get_mend,
    "/application/email": contacts.get_change,
}


def limited(routes: Sequence[Route[Intake]]) -> list[Route[Intake]]:
    """The routes, those of `CODES` counted before anything else is done."""
    return [
        replace(route, handler=_counted(route, CODES[route.method, route.path]))
        if (route.method, route.path) in CODES
        else route
        for route in routes
    ]


def _counted(route: Route[Intake], code: str) -> Handler[Intake]:
    async def handle(intake: Intake, request: web.Request) -> web.StreamResponse:
        try:
            await _count(intake, request, route, code)
        except TooManyRequests as refused:
            if route.path not in _FORMS or route.method == "GET":
                raise
            return await _again(intake, request, _FORMS[route.path], refused)
        if code != "upload":
            return await route.handler(intake, request)
        with at_once.uploading(intake, request[PRINCIPAL], client_address(request)):
            return await route.handler(intake, request)

    return handle


async def _count(intake: Intake, request: web.Request, route: Route[Intake], code: str) -> None:
    address = client_address(request)
    if limits.is_exempt(intake, address):
        return
    await limits.count_address(intake, code, address)
    if intake.policy.limits.rate(code, limits.EMAIL) and (email := await _email(intake, request)):
        await limits.count_email(intake, code, email)
    if code == "upload":
        await limits.count_application(intake, code, request[PRINCIPAL])


async def _email(intake: Intake, request: web.Request) -> str:
    """The e-mail address in what was sent, or of the draft that is spoken of."""
    if is_api(request):
        try:
            body = json.loads(await read_body(request))
        except (ValueError, RecursionError):
            return ""
        email = body.get("email") if isinstance(body, dict) else None
        return email if isinstance(email, str) else ""
    form = await read_form(request)
    if "email" in form:
        return form["email"]
    draft = await draft_of_page(intake, request)
    return draft.form.get("email", "") if draft else ""


async def _again(
    intake: Intake,
    request: web.Request,
    page: Callable[[Intake, web.Request], Awaitable[web.Response]],
    refused: Problem,
) -> web.Response:
    typed.keep_here(
        request, [(name, text) for name, text in (await read_form(request)).items() if name not in OWN_FIELDS]
    )
    request[REFUSED] = FieldError("", refused.code, refused.detail)
    response = await page(intake, request)
    response.set_status(refused.status)
    response.headers.update(refused.headers)
    return response
