"""What was typed into a form, kept while its page is opened again: in another language, or with a refusal.

To another answer it travels in a cookie that only the browser of who typed it holds, for that one page. A password is
never kept.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterable

from aiohttp import web

from chassis.web.cookies import cookie_name, drop_cookie, set_cookie

_COOKIE = "typed"
_SECONDS = 60
#: Browsers keep 4096 bytes with name and flags.
_LONGEST = 3800
#: As text; more is not what this module wrote.
_MOST = 64 * 1024

Fields = list[tuple[str, str]]
_KEPT: web.RequestKey[Fields] = web.RequestKey("typed", list)


def keep(request: web.Request, response: web.StreamResponse, path: str, fields: Iterable[tuple[str, str]]) -> None:
    """Keep the fields for the next page at this path; of more than a cookie holds, the longest are left out."""
    kept = [(name, text) for name, text in fields if "password" not in name]
    while kept and len(packed := _pack(path, kept)) > _LONGEST:
        kept.remove(max(kept, key=lambda field: len(field[1])))
    if kept:
        set_cookie(request, response, _COOKIE, packed, max_age=_SECONDS)


def kept(request: web.Request) -> Fields:
    """What was typed into the form of this page; nothing where it is opened for itself."""
    if _KEPT not in request:
        request[_KEPT] = _read(request)
    return request[_KEPT]


def keep_here(request: web.Request, fields: Iterable[tuple[str, str]]) -> None:
    """Show the fields on the page that this request is answered with."""
    request[_KEPT] = [(name, text) for name, text in fields if "password" not in name]


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """It is shown once."""
    if cookie_name(request, _COOKIE) in request.cookies:
        drop_cookie(request, response, _COOKIE)


def _pack(path: str, fields: Fields) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps([path, fields], ensure_ascii=False).encode())).decode()


def _read(request: web.Request) -> Fields:
    try:
        packed = base64.urlsafe_b64decode(request.cookies.get(cookie_name(request, _COOKIE), ""))
        path, fields = json.loads(zlib.decompressobj().decompress(packed, _MOST))
        read = [(str(name), str(text)) for name, text in fields]
    except (ValueError, TypeError, zlib.error, binascii.Error):
        return []
    return read if path == request.path else []
