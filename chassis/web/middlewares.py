"""What happens to every request: a trace, a log line without personal data, a time, and headers that browsers obey."""

import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from chassis import metrics
from chassis.telemetry import continued_trace
from chassis.web import csrf
from chassis.web.cookies import SECURE
from chassis.web.failures import route_of
from chassis.web.languages import Language, speaking

log = structlog.get_logger()
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    # Our paths hold secrets (the mailed link), so other sites get nothing. Not no-referrer: that makes Origin null.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}
_COMPRESSIBLE = ("text/", "application/json", "application/problem+json")


@web.middleware
async def observed(request: web.Request, handler: Next) -> web.StreamResponse:
    """Trace, count and log the request, by its route and never by its path."""
    started = time.perf_counter()
    with continued_trace(request.headers.get("traceparent")):
        response = await handler(request)
        seconds = time.perf_counter() - started
        route = route_of(request)
        metrics.requests.labels(request.method, route, str(response.status)).observe(seconds)
        if route not in ("/livez", "/readyz", "/metrics"):
            log.info("request", method=request.method, route=route, status=response.status, ms=round(seconds * 1000, 1))
    return response


@web.middleware
async def protected(request: web.Request, handler: Next) -> web.StreamResponse:
    """Security headers, nothing cached unless a handler says so, compression, and the form cookie."""
    response = await handler(request)
    if response.prepared:
        return response
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.app[SECURE]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    csrf.remember(request, response)
    if isinstance(response, web.Response) and response.content_type.startswith(_COMPRESSIBLE):
        response.enable_compression()
    return response


def in_language(choose: Callable[[web.Request], Language]) -> Middleware:
    """Whatever is answered, is said in the language that `choose` finds for the request."""

    @web.middleware
    async def spoken(request: web.Request, handler: Next) -> web.StreamResponse:
        with speaking(choose(request)):
            return await handler(request)

    return spoken
