"""What a stranger's text may hold: nothing that nobody sees and that changes what others see.

Taken out on reading: marks that turn the direction of what follows (U+202E …), and the three that our readings travel
between (`languages`). What names need stays: joiners, variation selectors, accents.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable

from aiohttp import web
from multidict import CIMultiDict

#: Direction marks, embeddings and isolates; deprecated format characters; annotations; tags.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]")
#: Vietnamese has two marks on a letter, a Burmese syllable seven at most.
MOST_MARKS = 8
#: What may be too many marks: neither letters nor spaces nor ASCII, in a row.
_PERHAPS_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """The text without the characters that are taken out."""
    return text if text.isascii() else _UNSEEN.sub("", text)


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
    """Address, cookies and headers without these characters, for whatever shows them."""
    url, headers = request.rel_url, request.headers
    written = (url.path, *(text for pair in url.query.items() for text in pair), *headers.values())
    if all(text.isascii() for text in written) or not any(map(_UNSEEN.search, written)):
        return await handler(request)
    query = [(clean(name), clean(value)) for name, value in url.query.items()]
    return await handler(
        request.clone(
            rel_url=url.with_path(clean(url.path)).with_query(query),
            headers=CIMultiDict((name, clean(value)) for name, value in headers.items()),
        )
    )
