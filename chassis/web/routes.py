"""Routes are data: what they need, who may call them, and which rule keeps other sites from calling them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Literal, TypeVar

from aiohttp import web

from chassis.errors import Forbidden
from chassis.web import csrf, subjects
from chassis.web.languages import gettext

S = TypeVar("S")

Handler = Callable[[S, web.Request], Awaitable[web.StreamResponse]]
#: Says who is calling, or raises `Unauthenticated`. What it returns is found in `request[PRINCIPAL]`.
Authenticator = Callable[[S, web.Request], Awaitable[object]]

PUBLIC = "public"
#: A browser may post here with a cookie: the form must carry our token.
CSRF_FORM: Literal["form"] = "form"
#: No cookie is read (bearer token, or nothing at all), or nothing is changed: another site can gain nothing.
CSRF_NONE: Literal["none"] = "none"

#: What it acts on is named by its address or by its own fields, or it acts on nothing: any page may ask for it.
NOTHING = "nothing"
#: Raises Conflict where the page that sent this is about another one than would be acted on, or about none.
Guard = Callable[[S, web.Request, subjects.Subject | None], Awaitable[None]]

PRINCIPAL: web.RequestKey[object] = web.RequestKey("principal", object)


@dataclass(frozen=True)
class Route(Generic[S]):
    """One route. `body` is the JSON Schema of a JSON body, for the OpenAPI document and for `read_json`.

    `acts_on` names the guard that keeps the form of one page from acting on what another is about, or `NOTHING`; every
    route that takes a form says one of them.
    """

    method: str
    path: str
    handler: Handler[S]
    auth: str
    csrf: Literal["form", "none"]
    summary: str
    body: Mapping[str, Any] | None = None
    acts_on: str | None = None


def add_routes(
    app: web.Application,
    service: S,
    routes: Sequence[Route[S]],
    authenticators: Mapping[str, Authenticator[S]],
    guards: Mapping[str, Guard[S]],
) -> None:
    """Register the routes; each handler is called with the service's context after its rules have been met."""
    for route in routes:
        authenticate = None if route.auth == PUBLIC else authenticators[route.auth]
        guard = guards[route.acts_on] if route.acts_on not in (None, NOTHING) else None
        # Scanners of mails ask with HEAD first, and call a link broken that refuses it.
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            app.router.add_route(method, route.path, partial(_call, service, route, authenticate, guard))


async def _call(
    service: S,
    route: Route[S],
    authenticate: Authenticator[S] | None,
    guard: Guard[S] | None,
    request: web.Request,
) -> web.StreamResponse:
    if authenticate is not None:
        request[PRINCIPAL] = await authenticate(service, request)
    if route.csrf == CSRF_FORM and request.method not in ("GET", "HEAD") and not await csrf.is_ours(request):
        raise Forbidden("csrf", gettext("この画面の有効期限が切れました。前の画面に戻り、もう一度お試しください。"))
    if guard is not None and route.acts_on is not None:
        await guard(service, request, await subjects.sent_for(request, route.acts_on))
    return await route.handler(service, request)
