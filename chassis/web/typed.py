"""What was typed into a form, kept while its page is opened again: in another language, or with a refusal.

To another answer it travels in a cookie that only the browser of who typed it holds, for that one page, and that says
nothing unless we signed it. A password is never kept.
"""

import base64
import binascii
import hmac
import json
import zlib
from collections.abc import Iterable

from aiohttp import web

from chassis.web.cookies import cookie_name, drop_cookie, set_cookie
from chassis.web.csrf import SECRET_KEY

_COOKIE = "typed"
_SECONDS = 60
#: Browsers keep 4096 bytes with name and flags.
_LONGEST = 3800
#: Fields, and characters of all of them with their names.
_MOST_FIELDS, _MOST = 200, 16 * 1024
_SIGNATURE = 16

Fields = list[tuple[str, str]]
_KEPT: web.RequestKey[Fields] = web.RequestKey("typed", list)


def keep(request: web.Request, response: web.StreamResponse, path: str, fields: Iterable[tuple[str, str]]) -> None:
    """Keep the fields for the next page at this path; of more than a cookie holds, the longest are left out."""
    kept = _shortest(_without_passwords(fields), _MOST_FIELDS, _MOST)
    packed = _pack(request, path, kept)
    while kept and len(packed) > _LONGEST:
        # At least a quarter less each time: what is packed again is little, however many fields there are.
        kept = _shortest(kept, len(kept) - 1, _size(kept) * 3 // 4)
        packed = _pack(request, path, kept)
    if kept:
        set_cookie(request, response, _COOKIE, packed, max_age=_SECONDS)


def kept(request: web.Request) -> Fields:
    """What was typed into the form of this page; nothing where it is opened for itself."""
    if _KEPT not in request:
        request[_KEPT] = _read(request)
    return request[_KEPT]


def keep_here(request: web.Request, fields: Iterable[tuple[str, str]]) -> None:
    """Show the fields on the page that this request is answered with."""
    request[_KEPT] = _without_passwords(fields)


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """It is shown once."""
    if cookie_name(request, _COOKIE) in request.cookies:
        drop_cookie(request, response, _COOKIE)


def _without_passwords(fields: Iterable[tuple[str, str]]) -> Fields:
    return [(name, text) for name, text in fields if "password" not in name]


def _shortest(fields: Fields, most: int, size: int) -> Fields:
    """Those of the fields, the shortest first, that are no more than `most` and together no longer than `size`."""
    chosen: set[int] = set()
    for index in sorted(range(len(fields)), key=lambda index: len("".join(fields[index])))[:most]:
        size -= len("".join(fields[index]))
        if size < 0:
            break
        chosen.add(index)
    return [field for index, field in enumerate(fields) if index in chosen]


def _size(fields: Fields) -> int:
    return sum(len(name) + len(text) for name, text in fields)


def _pack(request: web.Request, path: str, fields: Fields) -> str:
    packed = zlib.compress(json.dumps([path, fields], ensure_ascii=False).encode())
    return base64.urlsafe_b64encode(_signature(request, packed) + packed).decode()


def _read(request: web.Request) -> Fields:
    try:
        signed = base64.urlsafe_b64decode(request.cookies.get(cookie_name(request, _COOKIE), ""))
    except (ValueError, binascii.Error):
        return []
    signature, packed = signed[:_SIGNATURE], signed[_SIGNATURE:]
    if not hmac.compare_digest(signature, _signature(request, packed)):
        return []
    path, fields = json.loads(zlib.decompress(packed))
    return [(name, text) for name, text in fields] if path == request.path else []


def _signature(request: web.Request, packed: bytes) -> bytes:
    return hmac.digest(request.app[SECRET_KEY], b"typed\0" + packed, "sha256")[:_SIGNATURE]
