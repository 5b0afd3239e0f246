"""A form acts as whom, and on what, its page showed: the browser has one session for all its tabs."""

from aiohttp import web

from chassis.errors import Conflict, Unauthenticated
from chassis.web.routes import PRINCIPAL, Guard
from chassis.web.subjects import Subject, sent_for
from services.review.model import Staff
from services.review.noting import note
from services.review.pages.frame import OTHER_ACCOUNT, OTHER_PAGE
from services.review.pages.session import authenticate
from services.review.use_cases import Review

_UNKNOWN = "どの画面から送信されたのか分かりませんでした。まだ処理していません。現在の内容を確認して、もう一度送信してください。"


async def of_staff(review: Review, request: web.Request, shown: Subject | None) -> None:
    """Raises Conflict where another account is signed in by now than on the page; who is signed out acts on nothing."""
    staff = await _signed_in(review, request)
    if staff is not None and (shown is None or shown.id != str(staff.id)):
        await _refuse(review, request, OTHER_ACCOUNT, _as_others(shown, staff))


def of(*names: tuple[str, str]) -> Guard[Review]:
    """The guard of what the address names (kind, name in the path), on a page of whoever is signed in."""

    async def guard(review: Review, request: web.Request, _shown: Subject | None) -> None:
        await of_staff(review, request, await sent_for(request, "staff"))
        for kind, name in names:
            shown = await sent_for(request, kind)
            if shown is None or shown.id != request.match_info[name].lower():
                said = (
                    f"この画面は {shown.label} のもので、送り先と違います。まだ処理していません。"
                    if shown
                    else _UNKNOWN
                )
                await _refuse(review, request, OTHER_PAGE, said)

    return guard


GUARDS = {
    "staff": of_staff,
    "case": of(("case", "id")),
    "document": of(("case", "id"), ("document", "document_id")),
    "registration": of(("registration", "registration")),
}


async def _signed_in(review: Review, request: web.Request) -> Staff | None:
    """Also where the route asks for nobody."""
    staff = request.get(PRINCIPAL)
    if staff is None:
        try:
            staff = request[PRINCIPAL] = await authenticate(review, request)
        except Unauthenticated:
            return None
    assert isinstance(staff, Staff)
    return staff


def _as_others(shown: Subject | None, staff: Staff) -> str:
    if shown is None:
        return _UNKNOWN
    return (
        f"この画面を開いたのは {shown.label} さんで、いまログインしているのは {staff.username} さんです（別のタブで"
        f"ログインしました）。まだ処理していません。{staff.username} さんとして続けるときは、内容を確認して、もう一度送信してください。"
    )


async def _refuse(review: Review, request: web.Request, code: str, said: str) -> None:
    conflict = Conflict(code, said)
    await note(review, request, conflict)
    raise conflict
