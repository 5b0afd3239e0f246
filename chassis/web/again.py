"""What was sent and refused for no fault of its own: kept in the page that says so, to be sent once more by one press."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from chassis.errors import Problem
from chassis.web import csrf
from chassis.web.forms import read_form

#: Characters of all fields with their names; no form of ours has as many.
_MOST = 64 * 1024
_URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: `fields` without its token, and the names of its `passwords`, which are typed anew."""

    action: str
    fields: list[tuple[str, str]]
    passwords: list[str]


async def sent_again(request: web.Request) -> Sent | None:
    """The form that this request sent; None where there is none, it holds a file, is far too long, or may be another site's."""
    if request.method != "POST" or request.content_type != _URLENCODED or _may_be_anothers(request):
        return None
    try:
        form = await read_form(request)
    except Problem:
        return None
    if sum(len(name) + len(value) for name, value in form.items()) > _MOST:
        return None
    query = urlencode([(name, value) for name, value in request.query.items() if name != csrf.FIELD])
    return Sent(
        request.path + (f"?{query}" if query else ""),
        [(name, value) for name, value in form.items() if name != csrf.FIELD and "password" not in name],
        [name for name in form if "password" in name],
    )


def _may_be_anothers(request: web.Request) -> bool:
    """One press must not send what another site has filled in: browsers say where a form stood."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host
