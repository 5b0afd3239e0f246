"""Covering numbers on an image: boxes in percent, which a script lets draw; and destroying what may not be kept."""

import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from multidict import MultiDict

from chassis.clock import today
from chassis.errors import Conflict, FieldError, NotFound
from chassis.web.forms import read_form
from rules.identity_documents import document_type
from rules.opening_days import correction_deadline
from services.review import use_cases
from services.review.model import CLAIMED, CaseView, Document
from services.review.model.masks import Box
from services.review.pages import words
from services.review.pages.facts import title
from services.review.pages.frame import id_in, page, staff_of
from services.review.use_cases import Review

ROWS = 8
FIELDS = ("x", "y", "width", "height")
_WHOLE = 100


async def get_mask(review: Review, request: web.Request) -> web.StreamResponse:
    view, document = await _found(review, request)
    return _show(review, request, view, document)


async def post_mask(review: Review, request: web.Request) -> web.StreamResponse:
    form = await read_form(request)
    case_id, document_id = id_in(request, "id"), id_in(request, "document_id")
    boxes, errors = ([], []) if "nothing" in form else read(form)
    if not errors:
        try:
            await use_cases.mask_document(review, case_id, document_id, boxes, staff_of(request))
        except Conflict as conflict:
            return await _refused(review, request, form, conflict)
        return _to(f"/cases/{case_id}")
    view, document = await _found(review, request)
    return _show(review, request, view, document, form, errors=errors, status=422)


async def post_destruction(review: Review, request: web.Request) -> web.StreamResponse:
    form = await read_form(request)
    case_id, document_id = id_in(request, "id"), id_in(request, "document_id")
    typed = form.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        await use_cases.destroy_document(review, case_id, document_id, version, staff_of(request))
    except Conflict as conflict:
        return await _refused(review, request, form, conflict)
    return _to(f"/cases/{case_id}?done=1")


def read(form: MultiDict[str]) -> tuple[list[Box], list[FieldError]]:
    """The boxes of the rows that are filled in, and what is wrong with them, by the names of the fields."""
    boxes, errors = [], []
    for n in range(ROWS):
        typed = [form.get(f"{field}-{n}", "").strip() for field in FIELDS]
        if not any(typed):
            continue
        values = [_percent(text) for text in typed]
        for field, value in zip(FIELDS, values, strict=True):
            least = 0 if field in ("x", "y") else 0.1
            if value is None or not least <= value <= _WHOLE or (field in ("x", "y") and value == _WHOLE):
                errors.append(
                    FieldError(f"{field}-{n}", "invalid", f"{n + 1}か所目：0から100までの数を入力してください。")
                )
        boxes.append(Box(*((value or 0) / _WHOLE for value in values)))
    if not boxes:
        errors.append(FieldError("x-0", "required", "隠す場所を、1つ以上指定してください。"))
    return boxes, errors


def _percent(text: str) -> float | None:
    """A number as people write it: wide digits and a percent sign are understood."""
    plain = unicodedata.normalize("NFKC", text).removesuffix("%").strip()
    if len(plain) > 10 or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        return None
    return float(plain)


async def _found(review: Review, request: web.Request) -> tuple[CaseView, Document]:
    view = await use_cases.get_case(review, id_in(request, "id"))
    return view, _living(view, id_in(request, "document_id"))


def _living(view: CaseView, document_id: UUID) -> Document:
    found = next((each for each in view.documents if each.id == document_id and each.deleted_at is None), None)
    if found is None:
        raise NotFound
    return found


async def _refused(
    review: Review, request: web.Request, form: MultiDict[str], conflict: Conflict
) -> web.StreamResponse:
    """The page again with what was typed, and why nothing was done."""
    view, document = await _found(review, request)
    heading, body = words.CONFLICTS.get(conflict.code, words.PROBLEMS[409])
    if conflict.code in ("not_claimed", "stale_version"):
        heading, body = "まだ処理していません", conflict.detail
    notice = {"kind": "error", "title": heading, "body": body}
    return _show(review, request, view, document, form, notices=[notice], status=409)


def _show(
    review: Review,
    request: web.Request,
    view: CaseView,
    document: Document,
    form: MultiDict[str] | None = None,
    *,
    errors: Sequence[FieldError] = (),
    notices: Sequence[dict[str, str]] = (),
    status: int = 200,
) -> web.StreamResponse:
    policy, case, typed = review.policy, view.case, form or MultiDict()
    kind = document_type(policy, document.type)
    mine = case.status == CLAIMED and case.claim is not None and case.claim.staff_id == staff_of(request).id
    values: dict[str, Any] = {
        "case_id": case.id,
        "document_id": document.id,
        "version": view.version,
        "title": title(document),
        "reading": f"/cases/{case.id}/documents/{document.id}/reading",
        "width": document.width,
        "height": document.height,
        "to_cover": [policy.text(each.name, "ja") for each in kind.mask] if kind else [],
        "pending": document.must_be_masked,
        "mine": mine,
        "rows": [[typed.get(f"{field}-{n}", "") for field in FIELDS] for n in range(ROWS)],
        "deadline": words.day(correction_deadline(policy, today(review.now, ZoneInfo(policy.time_zone)))),
        "errors": [{"field": each.field, "message": each.message} for each in errors],
        "notices": notices,
    }
    return page(review, request, "mask.html", values, status=status)


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
