"""What the forms act on, and what becomes of one whose page is about another: nothing, and the person is told of both."""

from aiohttp import web

from chassis.errors import Conflict, NotFound, Unauthenticated
from chassis.ids import parse_id
from chassis.web.languages import gettext
from chassis.web.subjects import Subject, sent_for
from rules.receipt_numbers import parse_receipt_number
from services.intake import messages
from services.intake.pages.frame import (
    APPLICATION,
    DRAFT,
    HANDED_OVER,
    LASTING,
    SESSION,
    application_id,
    cookie,
)
from services.intake.use_cases import Intake, find_draft, get_application, look_at_session

#: The page as a whole: it is opened again, with what was typed into it.
PAGE = "page"
ANOTHER = "another_application"


async def same_application(intake: Intake, request: web.Request, shown: Subject | None) -> None:
    """Refuse what came from the page of another application than the one that is signed in to now."""
    if shown is None or shown.id != str(application_id(request)):
        raise Conflict(ANOTHER, await _both(intake, request, shown))


async def same_page(intake: Intake, request: web.Request, _shown: Subject | None) -> None:
    """Let no page be opened again as another application's: what was typed for one would stand in the form of the other."""
    shown = await sent_for(request, APPLICATION)
    token = cookie(request, SESSION)
    if shown is None or token is None:
        return
    try:
        request[LASTING] = await look_at_session(intake, token)
    except Unauthenticated:
        return
    if shown.id != str(request[LASTING].application_id):
        raise Conflict(ANOTHER, await _both(intake, request, shown))


async def own_draft(intake: Intake, request: web.Request, shown: Subject | None) -> None:
    """Refuse what came from a page whose draft is not, or not any more, this browser's."""
    token, named = cookie(request, DRAFT), parse_id(shown.id) if shown else None
    if token and named and await find_draft(intake, token, named):
        return
    if token and await find_draft(intake, token):
        raise Conflict("another_draft", messages.text("another_draft"))
    raise NotFound("draft_not_found", messages.text("draft_not_found"))


GUARDS = {APPLICATION: same_application, DRAFT: own_draft, PAGE: same_page}


async def _both(intake: Intake, request: web.Request, shown: Subject | None) -> str:
    said = {"page": number_of(shown) or gettext("不明"), "now": await now_of(intake, request)}
    return (
        gettext(
            "この画面の申請（受付番号：%(page)s）は、いまログインしている申請（%(now)s）と違います。何も変わっていません。"
        )
        % said
    )


def number_of(shown: Subject | None) -> str:
    """The receipt number that the page showed; "" where it showed none."""
    return parse_receipt_number(shown.label) or "" if shown else ""


async def now_of(intake: Intake, request: web.Request) -> str:
    """The application of now, as far as this device may see it."""
    if HANDED_OVER in request:
        return gettext("あとから読み取ったQRコードの申請")
    view = await get_application(intake, request[LASTING].application_id)
    said = {"number": view.application.receipt_number, "name": view.application.applicant.display("name")}
    return gettext("%(name)s 様の申請、受付番号：%(number)s") % said
