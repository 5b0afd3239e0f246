"""HTTP in for programs, /api/v1: read the request, call one use case, say the answer. Messages where the schema refuses
come from the same catalogue as everywhere."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aiohttp import web

from chassis.errors import FieldError, Invalid, NotFound
from chassis.ids import parse_id
from chassis.tokens import bearer_token
from chassis.web.bodies import pieces
from chassis.web.forms import read_json
from chassis.web.routes import CSRF_NONE, PRINCIPAL, PUBLIC, Route
from services.intake import answers, messages, schemas, use_cases
from services.intake.use_cases import Intake
from services.intake.use_cases.standing import place_in_queue


async def authenticate(intake: Intake, request: web.Request) -> UUID:
    """The application that the bearer token opens."""
    return await use_cases.application_of(intake, bearer_token(request))


async def post_application(intake: Intake, request: web.Request) -> web.Response:
    form = await _read(request, schemas.APPLICATION)
    application = await use_cases.receive_application(intake, form, request.headers.get("Idempotency-Key"))
    return web.json_response(answers.received(application), status=201)


async def post_session(intake: Intake, request: web.Request) -> web.Response:
    body = await _read(request, schemas.SESSION)
    signed_in = await use_cases.sign_in(intake, body["email"], body["password"], body["application"], body.get("proof"))
    return web.json_response({"token": signed_in.token}, status=201)


async def delete_session(intake: Intake, request: web.Request) -> web.Response:
    await use_cases.sign_out(intake, bearer_token(request) or "")
    return web.Response(status=204)


async def post_password_reset(intake: Intake, request: web.Request) -> web.Response:
    body = await _read(request, schemas.PASSWORD_RESET)
    await use_cases.request_password_reset(intake, body["email"], body.get("application") or "")
    return web.Response(status=202)


async def get_application(intake: Intake, request: web.Request) -> web.Response:
    return await _seen(intake, _own(request))


async def patch_application(intake: Intake, request: web.Request) -> web.Response:
    application_id = _own(request)
    fields = await _read(request, schemas.CHANGE)
    version = fields.pop("version")
    await use_cases.change_application(intake, application_id, version, fields)
    return await _seen(intake, application_id)


async def post_contact(intake: Intake, request: web.Request) -> web.Response:
    application_id = _own(request)
    body = await _read(request, schemas.CONTACT)
    await use_cases.change_contact(intake, application_id, body["email"], body["password"])
    return await _seen(intake, application_id)


async def put_preferences(intake: Intake, request: web.Request) -> web.Response:
    application_id = _own(request)
    body = await _read(request, schemas.PREFERENCES)
    await use_cases.change_preferences(intake, application_id, body.get("language"), body.get("expiry_notice"))
    return await _seen(intake, application_id)


async def delete_application(intake: Intake, request: web.Request) -> web.Response:
    await use_cases.erase_own(intake, _own(request))
    return web.Response(status=204)


async def post_document(intake: Intake, request: web.Request) -> web.Response:
    application_id = _own(request)
    type_, side = _query(request, "type"), _query(request, "side")
    unknown = [name for name in request.query if name not in ("type", "side", "shows_current_address")]
    if unknown:
        raise Invalid([FieldError(name[:100], "unknown_field", messages.text("unknown_field")) for name in unknown])
    # One byte more: that it is too many is for the use case to say.
    body = pieces(request, intake.policy.limits.upload_bytes + 1)
    document = await use_cases.store_document(
        intake, application_id, type_, side, _shows_address(request), body, request.content_length
    )
    return web.json_response(answers.document(document), status=201)


async def delete_document(intake: Intake, request: web.Request) -> web.Response:
    application_id, document_id = _own(request), parse_id(request.match_info["document_id"])
    if document_id is None:
        raise NotFound
    await use_cases.remove_document(intake, application_id, document_id)
    return web.Response(status=204)


async def post_submission(intake: Intake, request: web.Request) -> web.Response:
    submitted = await use_cases.submit(intake, _own(request))
    return web.json_response({"status": submitted.status, "expected_date": submitted.expected_on.isoformat()})


async def post_withdrawal(intake: Intake, request: web.Request) -> web.Response:
    status = await use_cases.withdraw(intake, _own(request))
    return web.json_response({"status": status}, status=202 if status == "withdrawal_requested" else 200)


async def _seen(intake: Intake, application_id: UUID) -> web.Response:
    view = await use_cases.get_application(intake, application_id)
    return web.json_response(answers.view(view, await place_in_queue(intake, application_id)))


def _own(request: web.Request) -> UUID:
    """The application in the path, if it is the one that the session opens."""
    application_id = parse_id(request.match_info["application_id"])
    if application_id is None or application_id != request[PRINCIPAL]:
        raise NotFound
    return application_id


async def _read(request: web.Request, schema: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return await read_json(request, schema)
    except Invalid as refusal:
        raise Invalid([_said(error) for error in refusal.errors], refusal.code) from None


def _said(error: FieldError) -> FieldError:
    # What is wrong with a yes or no is not that it was no text.
    said = "not_a_boolean" if error.code == "wrong_type" and error.field in schemas.BOOLEANS else error.code
    return FieldError(error.field, error.code, error.message or messages.text(said, error.field, "100000"))


def _query(request: web.Request, name: str) -> str:
    value = request.query.get(name, "")
    if not value:
        raise Invalid([FieldError(name, "required", messages.text("required", name))])
    return value


def _shows_address(request: web.Request) -> bool | None:
    given = request.query.get("shows_current_address")
    if given not in (None, "true", "false"):
        raise Invalid([FieldError("shows_current_address", "invalid", messages.text("invalid"))])
    return None if given is None else given == "true"


_ONE = "/api/v1/applications/{application_id}"
ROUTES: list[Route[Intake]] = [
    Route(
        "POST",
        "/api/v1/applications",
        post_application,
        PUBLIC,
        CSRF_NONE,
        "Apply; needs the header Idempotency-Key",
        schemas.APPLICATION,
    ),
    Route("POST", "/api/v1/sessions", post_session, PUBLIC, CSRF_NONE, "Sign in to one application", schemas.SESSION),
    Route("DELETE", "/api/v1/sessions", delete_session, "applicant", CSRF_NONE, "Sign out"),
    Route(
        "POST",
        "/api/v1/password-resets",
        post_password_reset,
        PUBLIC,
        CSRF_NONE,
        "Have a link mailed that sets a new password; the answer is the same for everyone",
        schemas.PASSWORD_RESET,
    ),
    Route("GET", _ONE, get_application, "applicant", CSRF_NONE, "One's own application"),
    Route("POST", f"{_ONE}/contact", post_contact, "applicant", CSRF_NONE, "Another e-mail address", schemas.CONTACT),
    Route(
        "PUT",
        f"{_ONE}/contact-preferences",
        put_preferences,
        "applicant",
        CSRF_NONE,
        "The language of mails, and whether one wants a mail before the card expires: what is given, at least one",
        schemas.PREFERENCES,
    ),
    Route("DELETE", _ONE, delete_application, "applicant", CSRF_NONE, "Erase what has ended"),
    Route("PATCH", _ONE, patch_application, "applicant", CSRF_NONE, "Change open fields", schemas.CHANGE),
    Route(
        "POST",
        f"{_ONE}/documents",
        post_document,
        "applicant",
        CSRF_NONE,
        "Send one side of a document: raw image bytes, query type, side, shows_current_address",
    ),
    Route("DELETE", f"{_ONE}/documents/{{document_id}}", delete_document, "applicant", CSRF_NONE, "Take it back"),
    Route("POST", f"{_ONE}/submission", post_submission, "applicant", CSRF_NONE, "Hand over to the library"),
    Route("POST", f"{_ONE}/withdrawal", post_withdrawal, "applicant", CSRF_NONE, "Withdraw"),
]
