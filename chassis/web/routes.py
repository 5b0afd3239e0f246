"""Routes are data: what they need, who may call them, and which rule keeps other sites from calling them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Literal, TypeVar

from aiohttp import web

from chassis.errors import Forbidden
from chassis.web import csrf
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

PRINCIPAL: web.RequestKey[object] = web.RequestKey("principal", object)


@dataclass(frozen=True)
class Route(Generic[S]):
    """One route. `body` is the JSON Schema of a JSON body, for the OpenAPI document and for `read_json`."""

    method: str
    path: str
    handler: Handler[S]
    auth: str
    csrf: Literal["form", "none"]
    summary: str
    body: Mapping[str, Any] | None = None


def add_routes(
    app: web.Application, service: S, routes: Sequence[Route[S]], authenticators: Mapping[str, Authenticator[S]]
) -> None:
    """Register the routes; each handler is called with the service's context after its rules have been met."""
    for route in routes:
        authenticate = None if route.auth == PUBLIC else authenticators[route.auth]
        # Scanners of mails ask with HEAD first, and call a link broken that refuses it.
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            app.router.add_route(method, route.path, partial(_call, service, route, authenticate))


async def _call(
    service: S, route: Route[S], authenticate: Authenticator[S] | None, request: web.Request
) -> web.StreamResponse:
    if authenticate is not None:
        request[PRINCIPAL] = await authenticate(service, request)
    if route.csrf == CSRF_FORM and request.method not in ("GET", "HEAD") and not await csrf.is_ours(request):
        raise Forbidden("csrf", gettext("この画面の有効期限が切れました。前の画面に戻り、もう一度お試しください。"))
    return await route.handler(service, request)
