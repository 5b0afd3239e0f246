"""One way to fail: problem+json (RFC 9457) for programs, a readable page for people, never a traceback."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from chassis.database import is_away
from chassis.errors import Invalid, Malformed, NotFound, Problem, TooLarge, Unauthenticated, Unavailable
from chassis.web.languages import plain, spoken

log = structlog.get_logger()

#: Turns a problem into a page; the service may send people who are not signed in to where they can.
RenderProblem = Callable[[web.Request, Problem], Awaitable[web.StreamResponse]]
RENDER_PROBLEM: web.AppKey[RenderProblem] = web.AppKey("render_problem", Callable)  # type: ignore[arg-type]
#: The service's own context, for what is called with a request alone.
CONTEXT: web.AppKey[object] = web.AppKey("context", object)
_API = ("/api/", "/internal/")


def is_api(request: web.Request) -> bool:
    """True where the caller is a program."""
    return request.path.startswith(_API)


@web.middleware
async def failures(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn whatever is raised into an answer."""
    try:
        return await handler(request)
    except Problem as problem:
        return await _answer(request, problem)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return await _answer(request, _from_http(error))
    except Exception as error:
        if is_away(error):
            log.warning("database away", error=type(error).__name__)
            return await _answer(request, Unavailable())
        log.error("request failed", route=route_of(request), exc_info=error)
        return await _answer(request, Problem("internal"))


def problem_json(problem: Problem) -> web.Response:
    """The problem as RFC 9457 has it, with our `code`, and `errors` where fields are at fault."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
    }
    if problem.detail:
        body["detail"] = plain(problem.detail)
    if isinstance(problem, Invalid):
        body["errors"] = [{name: plain(text) for name, text in error.as_json().items()} for error in problem.errors]
    headers = {**problem.headers, "Content-Language": spoken().html_lang}
    return web.json_response(body, status=problem.status, content_type="application/problem+json", headers=headers)


def route_of(request: web.Request) -> str:
    """The route's pattern: a path itself may hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


async def _answer(request: web.Request, problem: Problem) -> web.StreamResponse:
    render = request.app.get(RENDER_PROBLEM)
    if is_api(request) or render is None:
        response: web.StreamResponse = problem_json(problem)
        if isinstance(problem, Unauthenticated):
            response.headers["WWW-Authenticate"] = "Bearer"
    else:
        response = await render(request, problem)
    if not request.content.is_eof():
        # What is left of a refused body is not worth reading.
        response.force_close()
    return response


_FROM_HTTP: Mapping[int, type[Problem]] = {400: Malformed, 404: NotFound, 413: TooLarge}


def _from_http(error: web.HTTPException) -> Problem:
    kind = _FROM_HTTP.get(error.status)
    if kind:
        return kind()
    problem = Problem("method_not_allowed" if error.status == 405 else "refused")
    problem.status = error.status
    if error.status == 405:
        problem.headers["Allow"] = error.headers.get("Allow", "")
    return problem
