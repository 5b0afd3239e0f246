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
from chassis.web.subjects import Subject, is_about
from rules.identity_documents import document_type
from rules.opening_days import correction_deadline
from services.review import use_cases
from services.review.model import CLAIMED, CaseView, Document
from services.review.model.masks import Box
from services.review.noting import REFUSED
from services.review.pages import words
from services.review.pages.facts import title
from services.review.pages.frame import GUARDED, id_in, page, staff_of, subject_of
from services.review.use_cases import Review

ROWS = 8
FIELDS = ("x", "y", "width", "height")
_WHOLE = 100


async def get_mask(review: Review, request: web.Request) -> web.StreamResponse:
    view, document = await _viewed(review, request, "mask_opened")
    return _show(review, request, view, document)


async def get_destruction(review: Review, request: web.Request) -> web.StreamResponse:
    """Ask before anything is destroyed."""
    view, document = await _viewed(review, request, "destruction_opened")
    return _ask(review, request, view, document)


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
        return await _refused(review, request, form, conflict, asked=True)
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


async def refused_by_guard(review: Review, request: web.Request, conflict: Conflict) -> web.StreamResponse:
    """The page with what was typed into another account's page."""
    return await _refused(
        review, request, await read_form(request), conflict, asked=request.path.endswith("/destruction")
    )


async def _viewed(review: Review, request: web.Request, action: str) -> tuple[CaseView, Document]:
    document_id = id_in(request, "document_id")
    view = await use_cases.view_case(review, id_in(request, "id"), staff_of(request), action, document_id)
    return view, _living(view, document_id)


async def _found(review: Review, request: web.Request) -> tuple[CaseView, Document]:
    view = await use_cases.get_case(review, id_in(request, "id"))
    return view, _living(view, id_in(request, "document_id"))


def _living(view: CaseView, document_id: UUID) -> Document:
    found = next((each for each in view.documents if each.id == document_id and each.deleted_at is None), None)
    if found is None:
        raise NotFound
    return found


async def _refused(
    review: Review, request: web.Request, form: MultiDict[str], conflict: Conflict, *, asked: bool = False
) -> web.StreamResponse:
    """The page again with what was typed, and why nothing was done."""
    view, document = await _found(review, request)
    heading, body = words.CONFLICTS.get(conflict.code, words.PROBLEMS[409])
    request[REFUSED] = conflict.code
    if conflict.code in ("not_claimed", "stale_version"):
        heading, body = "まだ処理していません", conflict.detail
    if conflict.code in GUARDED:
        body = conflict.detail
    notice = {"kind": "error", "title": heading, "body": body}
    if asked:
        return _ask(review, request, view, document, notices=[notice], status=409)
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
    _about(request, view, document)
    values: dict[str, Any] = {
        "case_id": case.id,
        "document_id": document.id,
        "title": title(document),
        "reading": f"/cases/{case.id}/documents/{document.id}/reading",
        "width": document.width,
        "height": document.height,
        "to_cover": [policy.text(each.name, "ja") for each in kind.mask] if kind else [],
        "pending": document.must_be_masked,
        "mine": _is_mine(request, view),
        "rows": [[typed.get(f"{field}-{n}", "") for field in FIELDS] for n in range(ROWS)],
        "deadline": _deadline(review),
        "errors": [{"field": each.field, "message": each.message} for each in errors],
        "notices": notices,
    }
    return page(review, request, "mask.html", values, status=status)


def _ask(
    review: Review,
    request: web.Request,
    view: CaseView,
    document: Document,
    *,
    notices: Sequence[dict[str, str]] = (),
    status: int = 200,
) -> web.StreamResponse:
    """Whether this image shall really be destroyed."""
    _about(request, view, document)
    address = f"/cases/{view.case.id}/documents/{document.id}"
    values: dict[str, Any] = {
        "action": f"{address}/destruction",
        "mask": f"{address}/mask",
        "screen": f"{address}/screen",
        "receipt_number": view.case.receipt_number,
        "version": view.version,
        "title": title(document),
        "width": document.width,
        "height": document.height,
        "mine": _is_mine(request, view),
        "deadline": _deadline(review),
        "notices": notices,
    }
    return page(review, request, "destruction.html", values, status=status)


def _about(request: web.Request, view: CaseView, document: Document) -> None:
    is_about(request, "case", subject_of(view))
    is_about(request, "document", Subject(str(document.id), view.version, view.case.receipt_number))


def _is_mine(request: web.Request, view: CaseView) -> bool:
    case = view.case
    return case.status == CLAIMED and case.claim is not None and case.claim.staff_id == staff_of(request).id


def _deadline(review: Review) -> str:
    return words.day(correction_deadline(review.policy, today(review.now, ZoneInfo(review.policy.time_zone))))


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
