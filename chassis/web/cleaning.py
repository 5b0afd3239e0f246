"""What a stranger's text may hold: nothing unseen, and no letter under a heap of marks."""

import re
import unicodedata
from collections.abc import Awaitable, Callable

from aiohttp import web
from multidict import CIMultiDict

from chassis.unseen import UNSEEN, clean

#: Vietnamese has two marks on a letter, a Burmese syllable seven at most.
MOST_MARKS = 8
#: What may be too many marks: neither letters nor spaces nor ASCII, in a row.
_PERHAPS_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_JOINERS = "\u200c\u200d"


def has_too_many_marks(text: str) -> bool:
    """Whether more than MOST_MARKS marks follow one another."""
    if text.isascii():
        return False
    for found in _PERHAPS_MARKS.finditer(text):
        marks = 0
        for char in found[0]:
            marks = marks + 1 if char in _JOINERS or unicodedata.category(char).startswith("M") else 0
            if marks > MOST_MARKS:
                return True
    return False


@web.middleware
async def cleaned(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Address, cookies and headers without what is unseen, for whatever shows them."""
    url, headers = request.rel_url, request.headers
    written = (url.path, *(text for pair in url.query.items() for text in pair), *headers.values())
    if all(text.isascii() for text in written) or not any(map(UNSEEN.search, written)):
        return await handler(request)
    query = [(clean(name), clean(value)) for name, value in url.query.items()]
    return await handler(
        request.clone(
            rel_url=url.with_path(clean(url.path)).with_query(query),
            headers=CIMultiDict((name, clean(value)) for name, value in headers.items()),
        )
    )
