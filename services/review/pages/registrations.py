"""The notice before a card expires: found by the card's number, which is in no address, and stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid
from chassis.web.forms import read_form
from chassis.web.subjects import Subject, is_about
from services.review import use_cases
from services.review.model import Registration
from services.review.pages import words
from services.review.pages.decision import in_words
from services.review.pages.frame import id_in, page, staff_of
from services.review.use_cases import Review

REGISTRATIONS = "/registrations"


async def get_registrations(review: Review, request: web.Request) -> web.StreamResponse:
    return _show(review, request)


async def post_registrations(review: Review, request: web.Request) -> web.StreamResponse:
    typed = (await read_form(request)).get("card_number", "").strip()
    try:
        found = await use_cases.find_registration(review, typed, staff_of(request))
    except Invalid as invalid:
        return _show(review, request, typed=typed, errors=invalid.errors, status=422)
    return _show(review, request, found)


async def post_notice(review: Review, request: web.Request) -> web.StreamResponse:
    stopped = await use_cases.stop_notice(review, id_in(request, "registration"), staff_of(request))
    return _show(review, request, stopped, just_stopped=True)


async def refused_by_guard(review: Review, request: web.Request, conflict: Conflict) -> web.StreamResponse:
    """The page with what was typed into another account's page."""
    typed = (await read_form(request)).get("card_number", "").strip()
    title, _ = words.CONFLICTS[conflict.code]
    notice = {"kind": "error", "title": title, "body": conflict.detail}
    return _show(review, request, typed=typed, notices=[notice], status=409)


def _show(
    review: Review,
    request: web.Request,
    found: Registration | None = None,
    *,
    just_stopped: bool = False,
    typed: str = "",
    errors: Sequence[FieldError] = (),
    notices: Sequence[Mapping[str, str]] = (),
    status: int = 200,
) -> web.Response:
    if found:
        is_about(
            request, "registration", Subject(str(found.id), found.version, f"{found.card_number[-4:]} で終わるカード")
        )
    values: dict[str, Any] = {
        "typed": typed,
        "found": _card(found) if found else None,
        "just_stopped": just_stopped,
        "errors": in_words(errors),
        "notices": notices,
    }
    return page(review, request, "registrations.html", values, status=status)


def _card(registration: Registration) -> dict[str, Any]:
    """No more than staff need to say which card is meant."""
    wanted = registration.expiry_notice
    return {
        "stop": f"{REGISTRATIONS}/{registration.id}/notice" if wanted else None,
        "rows": [
            {"key": "番号の終わり4けた", "value": registration.card_number[-4:]},
            {"key": "有効期限", "value": words.day_and_year(registration.expires_on)},
            {"key": "期限のお知らせ", "value": "希望する（メール）" if wanted else "希望しない"},
        ],
    }
