"""The queue: what waits, since when, and who has it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.clock import today
from chassis.errors import FieldError, Invalid
from chassis.web.languages import SOURCE
from rules.policy import Policy
from services.review import use_cases
from services.review.model import CLAIMED, OPEN, WAITING, Listed, Staff
from services.review.pages.decision import in_words
from services.review.pages.frame import page, staff_of
from services.review.pages.waiting import waiting
from services.review.pages.words import FILTERS, KINDS, language, status_of
from services.review.use_cases import Review

#: Of what was typed, as much is shown again.
_LONGEST = 100
_ROW_KINDS = {"error": "urgent", "warning": "late"}


async def get_queue(review: Review, request: web.Request) -> web.StreamResponse:
    typed = request.query.get("q")
    if typed is None:
        return await _show(review, request)
    try:
        found = await use_cases.find_case(review, typed, staff_of(request))
    except Invalid as invalid:
        return await _show(review, request, typed, errors=invalid.errors, answer=422)
    return web.Response(status=303, headers={"Location": f"/cases/{found}"})


async def _show(
    review: Review, request: web.Request, typed: str = "", *, errors: Sequence[FieldError] = (), answer: int = 200
) -> web.StreamResponse:
    status, after = request.query.get("status") or OPEN, request.query.get("after", "")
    listed = await use_cases.list_cases(review, status, after)
    day = today(review.now, ZoneInfo(review.policy.time_zone))
    values = {
        "typed": typed[:_LONGEST],
        "errors": in_words(errors),
        "label": FILTERS[status],
        "filters": [
            {"href": _address(code), "label": label, "current": code == status} for code, label in FILTERS.items()
        ],
        "rows": [row(review.policy, each, staff_of(request), day) for each in listed.cases],
        "first_href": _address(status) if after else None,
        "next_href": _address(status, listed.next) if listed.next else None,
    }
    return page(review, request, "queue.html", values, status=answer)


def row(policy: Policy, listed: Listed, staff: Staff, day: date) -> dict[str, Any]:
    """One case as a row of the table: no name, no address."""
    case = listed.case
    category = policy.category(case.category)
    mine = case.claim is not None and case.claim.staff_id == staff.id
    still = case.status in (WAITING, CLAIMED)
    since = case.waiting_since.astimezone(ZoneInfo(policy.time_zone)).date()
    wait = waiting(policy, since, case.expected_on, day) if still else {"kind": "", "text": ""}
    return {
        "href": f"/cases/{case.id}",
        "receipt_number": case.receipt_number,
        "kind": KINDS[case.kind],
        "category": policy.text(category.name, "ja") if category else case.category,
        "waiting": wait,
        "rounds": case.round - 1,
        "holder": "" if case.claim is None else f"{case.claim.username}（自分）" if mine else case.claim.username,
        "status": status_of(case),
        "notes": [
            text
            for text, holds in (
                ("カード未登録", listed.card_unknown and still),
                ("メール不達", listed.mail_undelivered),
            )
            if holds
        ],
        "language": None if case.language == SOURCE else language(policy, case.language),
        "row_kind": "mine" if mine else _ROW_KINDS.get(wait["kind"], ""),
    }


def _address(status: str, after: str = "") -> str:
    query = {name: value for name, value in (("status", status), ("after", after)) if value}
    return "/queue?" + urlencode(query)
