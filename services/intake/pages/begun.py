"""Which draft a page is about: named by its address, by the form that came from it, or the one that was touched last.

The cookie is the browser's, for all its drafts: who learns of a draft's id reaches nothing by it.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from chassis.ids import parse_id
from chassis.web.cookies import set_cookie
from chassis.web.subjects import Subject, is_about, sent_for
from services.intake.model.views import Draft, DraftAt
from services.intake.pages.frame import DRAFT, cookie, draft_seconds
from services.intake.use_cases import Intake, drafts_of, find_draft


async def draft_of_page(intake: Intake, request: web.Request) -> Draft | None:
    """The draft that the page is about; its forms name it."""
    at = await draft_at(request)
    named = parse_id(request.query[DRAFT]) if DRAFT in request.query else at.id
    if at.token is None or (named is None and DRAFT in request.query):
        return None
    return about(request, await find_draft(intake, at.token, named))


async def result_of_page(intake: Intake, request: web.Request) -> Draft | None:
    """As `draft_of_page`; where none is named, one that is registered before all others."""
    draft = await draft_of_page(intake, request)
    if DRAFT in request.query or draft is None or draft.application_id:
        return draft
    token = cookie(request, DRAFT) or ""
    registered = (each for each in await drafts_of(intake, token) if each.application_id)
    return about(request, next(registered, draft))


async def draft_at(request: web.Request) -> DraftAt:
    """The draft that the page was about which sent this."""
    shown = await sent_for(request, DRAFT)
    token = cookie(request, DRAFT)
    return DraftAt(token, parse_id(shown.id), shown.version) if shown else DraftAt(token)


def about(request: web.Request, draft: Draft | None) -> Draft | None:
    """Let every form of the page name this draft, as it is now."""
    if draft is not None:
        is_about(request, DRAFT, Subject(str(draft.id), draft.version))
    return draft


def address_of(path: str, draft: Draft | None, query: Mapping[str, str] | None = None) -> str:
    """The page at this path that is about this draft."""
    named = {DRAFT: str(draft.id)} if draft else {}
    together = urlencode({**(query or {}), **named})
    return f"{path}?{together}" if together else path


def remember(intake: Intake, request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Let the browser keep the name of its drafts."""
    set_cookie(request, response, DRAFT, token, draft_seconds(intake))
