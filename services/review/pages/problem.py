"""Pages for what went wrong: what happened, and what to do."""

from urllib.parse import quote

from aiohttp import web

from chassis.errors import Problem, Unauthenticated
from chassis.ids import parse_id
from chassis.web.failures import CONTEXT
from services.review.pages.frame import page
from services.review.pages.registrations import REGISTRATIONS
from services.review.pages.session import HOME
from services.review.pages.words import PROBLEMS, TROUBLE
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
    response = page(review, request, "problem.html", values, status=problem.status)
    response.headers.update(problem.headers)
    return response


def _page_of(request: web.Request) -> str:
    """The page to come back to: for a form that was sent, the page that holds it."""
    if request.method == "GET":
        return request.path_qs
    if request.path.startswith(REGISTRATIONS):
        return REGISTRATIONS
    case_id = request.match_info.get("id", "")
    return f"/cases/{case_id}" if parse_id(case_id) else HOME
