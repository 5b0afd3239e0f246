"""The notice before a card expires: found by the card's number, which is in no address, and stopped."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from chassis.errors import FieldError, Invalid
from chassis.web.forms import read_form
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


def _show(
    review: Review,
    request: web.Request,
    found: Registration | None = None,
    *,
    just_stopped: bool = False,
    typed: str = "",
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> web.Response:
    values: dict[str, Any] = {
        "typed": typed,
        "found": _card(found) if found else None,
        "just_stopped": just_stopped,
        "errors": in_words(errors),
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
