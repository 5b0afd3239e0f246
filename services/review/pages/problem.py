"""Pages for what went wrong: what happened, and what to do."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import quote

from aiohttp import web

from chassis.errors import Conflict, Problem, Unauthenticated
from chassis.ids import parse_id
from chassis.web.failures import CONTEXT
from services.review.pages import case, mask, registrations
from services.review.pages.frame import GUARDED, page
from services.review.pages.session import HOME
from services.review.pages.words import CONFLICTS, PROBLEMS, TROUBLE
from services.review.use_cases import Review


async def render_problem(request: web.Request, problem: Problem) -> web.StreamResponse:
    """The problem as a page; who is not signed in is sent to where they can."""
    if isinstance(problem, Unauthenticated):
        back = quote(_page_of(request), safe="")
        return web.Response(status=303, headers={"Location": f"/sign-in?next={back}"})
    heading, advice = PROBLEMS.get(problem.status, TROUBLE)
    review = request.app[CONTEXT]
    assert isinstance(review, Review)
    values = {"heading": heading, "message": problem.detail or advice}
    if isinstance(problem, Conflict) and problem.code in GUARDED:
        if show := _with_what_was_typed(request):
            # What the address names may not exist: then there is only the refusal to show.
            with suppress(Problem):
                return await show(review, request, problem)
        values["heading"], _ = CONFLICTS[problem.code]
    response = page(review, request, "problem.html", values, status=problem.status)
    response.headers.update(problem.headers)
    return response


def _with_what_was_typed(
    request: web.Request,
) -> Callable[[Review, web.Request, Conflict], Awaitable[web.StreamResponse]] | None:
    """Who shows the page again from which a form came that did nothing; None where nothing can be typed."""
    if "document_id" in request.match_info:
        return mask.refused_by_guard
    if "id" in request.match_info:
        return case.refused_by_guard
    return registrations.refused_by_guard if request.path.startswith(registrations.REGISTRATIONS) else None


def _page_of(request: web.Request) -> str:
    """The page to come back to: for a form that was sent, the page that holds it."""
    if request.method == "GET":
        return request.path_qs
    if request.path.startswith(registrations.REGISTRATIONS):
        return registrations.REGISTRATIONS
    case_id = request.match_info.get("id", "")
    return f"/cases/{case_id}" if parse_id(case_id) else HOME
