"""Cookies with the strictest flags that work; on https their names make other hosts unable to set them."""

from aiohttp import web

SECURE: web.AppKey[bool] = web.AppKey("secure_cookies", bool)
#: Cookies ignore ports: two services of one host would otherwise share them.
COOKIE_PREFIX: web.AppKey[str] = web.AppKey("cookie_prefix", str)


def cookie_name(request: web.Request, name: str) -> str:
    """The cookie's full name: own to the service, and `__Host-` on https."""
    own = f"{request.app[COOKIE_PREFIX]}_{name}"
    return f"__Host-{own}" if request.app[SECURE] else own


def set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, max_age: int | None = None
) -> None:
    """Set a cookie that scripts cannot read; `max_age` in seconds, None until the browser closes."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=request.app[SECURE],
        samesite="Lax",
    )


def drop_cookie(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Make the browser forget the cookie."""
    response.del_cookie(cookie_name(request, name), path="/", httponly=True, secure=request.app[SECURE], samesite="Lax")
