"""Protects forms against other sites: a token bound to a cookie that only our pages can read (signed double submit).

Every answer has its own token, so a compressed page does not give it away (BREACH).
"""

import base64
import hmac
import secrets

from aiohttp import web

from chassis.web.cookies import cookie_name, set_cookie
from chassis.web.forms import sent_along

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SECRET_KEY: web.AppKey[bytes] = web.AppKey("csrf_secret", bytes)
_COOKIE = "form"
_BROWSER: web.RequestKey[str] = web.RequestKey("csrf_browser", str)


def token(request: web.Request) -> str:
    """A fresh token for a form of this answer; the cookie it belongs to is set by `remember` where it is new."""
    nonce = secrets.token_bytes(9)
    return base64.urlsafe_b64encode(nonce + _mac(request, _browser(request), nonce)).decode()


def remember(request: web.Request, response: web.StreamResponse) -> None:
    """Set the cookie if this answer holds a form and the browser has none yet."""
    browser = request.get(_BROWSER)
    if browser and cookie_name(request, _COOKIE) not in request.cookies:
        set_cookie(request, response, _COOKIE, browser)


async def is_ours(request: web.Request) -> bool:
    """True if the request carries a token that one of our pages gave to this browser (in a field, or a header)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    browser = request.cookies.get(cookie_name(request, _COOKIE))
    given = await sent_along(request, FIELD, HEADER)
    if not browser or not given:
        return False
    try:
        raw = base64.urlsafe_b64decode(given)
    except ValueError:
        return False
    return hmac.compare_digest(_mac(request, browser, raw[:9]), raw[9:])


def _browser(request: web.Request) -> str:
    if _BROWSER not in request:
        request[_BROWSER] = request.cookies.get(cookie_name(request, _COOKIE)) or secrets.token_urlsafe(18)
    return request[_BROWSER]


def _mac(request: web.Request, browser: str, nonce: bytes) -> bytes:
    return hmac.digest(request.app[SECRET_KEY], b"csrf\0" + browser.encode() + b"\0" + nonce, "sha256")[:18]
