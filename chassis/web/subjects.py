"""What a page is about, so that its forms act on nothing else: every form names it, with the version that was shown.

A browser has one session for all its tabs. A route says what it acts on (`Route.acts_on`), and the service's guard of that
name refuses what came from a page about another one, before the handler runs. Nothing here opens anything: it says what a
person saw, and the session says what they may do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from aiohttp import web

from chassis.web.forms import sent_along

FIELD = "page_of"
HEADER = "X-Page-Of"
_ABOUT: web.RequestKey[dict[str, "Subject"]] = web.RequestKey("page_of", dict)
_WRITTEN = re.compile(r"([a-z]+):([A-Za-z0-9-]{1,64}):(\d{1,9}):([A-Za-z0-9%._~-]{0,100})")
_LONGEST = 1000


@dataclass(frozen=True)
class Subject:
    """What a page is about, as it was shown; `label` is what people call it there (a receipt number)."""

    id: str
    version: int
    label: str = ""


def is_about(request: web.Request, kind: str, subject: Subject) -> None:
    """Let every form of the page that is the answer name this one of its kind (a word of small letters)."""
    request[_ABOUT] = {**request.get(_ABOUT, {}), kind: subject}


def written(request: web.Request) -> str:
    """How the forms of this page name what it is about; "" where that is nothing."""
    about: Mapping[str, Subject] = request.get(_ABOUT, {})
    return " ".join(f"{kind}:{one.id}:{one.version}:{quote(one.label, safe='')}" for kind, one in about.items())


async def sent_for(request: web.Request, kind: str) -> Subject | None:
    """What of this kind the page was about that sent this; None where it names none."""
    given = (await sent_along(request, FIELD, HEADER) or "")[:_LONGEST]
    for part in given.split(" "):
        found = _WRITTEN.fullmatch(part)
        if found and found[1] == kind:
            return Subject(found[2], int(found[3]), unquote(found[4]))
    return None
