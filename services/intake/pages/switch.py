"""Changing the language of a page: the page is opened again with everything that was typed."""

from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from chassis.web.forms import read_form
from chassis.web.languages import spoken
from chassis.web.typed import keep
from services.intake.pages import apply, languages
from services.intake.pages.frame import DRAFT, OWN_FIELDS, see_other
from services.intake.use_cases import Intake


async def post_language(intake: Intake, request: web.Request) -> web.Response:
    """Keep the language and what was typed, and go back to the page."""
    sent = await read_form(request)
    to = _page(request.query.get("to", "/"))
    typed = [(name, text) for name, text in sent.items() if name not in (*OWN_FIELDS, languages.FIELD)]
    code = sent.get(languages.FIELD, "")
    if code not in [language.code for language in languages.offered(intake.policy)]:
        code = spoken().code
    path, _, query = to.partition("?")
    response = see_other(to)
    if path in apply.DRAFTED:
        draft = await apply.keep_typed(intake, request, response, dict(typed), code)
        named = {**dict(parse_qsl(query)), DRAFT: str(draft.id)}
        response.headers["Location"] = f"{path}?{urlencode(named)}"
    else:
        keep(request, response, path, typed)
    languages.remember(request, response, code)
    return response


def _page(to: str) -> str:
    """A page of ours, never another site."""
    ours = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isascii() and to.isprintable()
    return to if ours else "/"
