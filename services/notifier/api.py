"""Mails that came back, told by whoever runs the mail server or a mail service."""

import asyncio
import hmac

from aiohttp import web

from chassis.errors import Invalid, Unauthenticated, Unsupported
from chassis.tokens import bearer_token, token_hash
from chassis.web.forms import read_body, read_json
from chassis.web.routes import CSRF_NONE, Route
from services.notifier import use_cases
from services.notifier.reports import FAILED, NO_FAILURE, Report, delivery_of, read_report
from services.notifier.use_cases import Notifier

#: Who has the token of OUCHI_BOUNCE_TOKEN.
MAIL_SERVER = "mail_server"

BOUNCE = {
    "type": "object",
    "properties": {
        "message_id": {"type": "string", "minLength": 1, "maxLength": 400},
        "permanent": {"type": "boolean"},
    },
    "required": ["message_id", "permanent"],
    "additionalProperties": False,
}


async def authenticate(notifier: Notifier, request: web.Request) -> str:
    token = bearer_token(request)
    known = notifier.bounce_token_hash
    if token is None or known is None or not hmac.compare_digest(token_hash(token), known):
        raise Unauthenticated
    return MAIL_SERVER


async def post_bounce(notifier: Notifier, request: web.Request) -> web.StreamResponse:
    """What came back as it came (message/rfc822), or in short as JSON. An automatic reply is no error, and marks nothing."""
    if request.content_type == "message/rfc822":
        # Mails are whatever strangers write, and Python's parser of them may take half a second.
        report = await asyncio.to_thread(read_report, await read_body(request))
        if report is None:
            raise Invalid([], "not_a_report")
    elif request.content_type == "application/json":
        body = await read_json(request, BOUNCE)
        report = Report(delivery_of(body["message_id"]), FAILED if body["permanent"] else NO_FAILURE)
    else:
        raise Unsupported("message_or_json_expected")
    return web.json_response({"outcome": await use_cases.hear_report(notifier, report)})


ROUTES: list[Route[Notifier]] = [
    Route(
        "POST",
        "/api/v1/bounces",
        post_bounce,
        auth=MAIL_SERVER,
        csrf=CSRF_NONE,
        summary="A mail came back: message/rfc822, or in short as JSON",
        body=BOUNCE,
    ),
]
