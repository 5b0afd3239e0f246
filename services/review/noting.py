"""Whatever staff try leaves a row: what is done notes itself in its own transaction, what is refused is noted here."""

from dataclasses import replace

from aiohttp import web

from chassis.errors import Invalid, Problem
from chassis.ids import parse_id
from chassis.web.routes import PRINCIPAL, PUBLIC, Route
from services.review import use_cases
from services.review.model import Staff
from services.review.use_cases import Review

#: Why the page that a handler answers with says no: a code.
REFUSED: web.RequestKey[str] = web.RequestKey("refused", str)
_READS = ("GET", "HEAD")
#: It notes every look-up itself, also in vain: what was typed may be a number that exists.
_NOTE_THEMSELVES = ("/registrations",)


def noting(route: Route[Review]) -> Route[Review]:
    """The route, with a row for each time that it refuses to do what somebody asked who is signed in."""
    if route.method in _READS or route.auth == PUBLIC or route.path in _NOTE_THEMSELVES:
        return route

    async def handler(review: Review, request: web.Request) -> web.StreamResponse:
        try:
            response = await route.handler(review, request)
        except Problem as problem:
            await note(review, request, problem)
            raise
        if response.status >= 400:
            await _note(review, request, request.get(REFUSED, "invalid"))
        return response

    return replace(route, handler=handler)


async def note(review: Review, request: web.Request, problem: Problem) -> None:
    """Somebody was refused what they asked for: with which codes, never with what they typed."""
    codes = sorted({each.code for each in problem.errors}) if isinstance(problem, Invalid) else [problem.code]
    await _note(review, request, *codes)


async def _note(review: Review, request: web.Request, *codes: str) -> None:
    staff, resource = request.get(PRINCIPAL), request.match_info.route.resource
    if isinstance(staff, Staff) and resource is not None:
        about = (parse_id(request.match_info.get(name, "")) for name in ("id", "document_id"))
        await use_cases.note_refusal(review, staff, f"{request.method} {resource.canonical}", codes, *about)
