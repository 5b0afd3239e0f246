"""What staff asked to mend, and nothing else; and the applicant's own slips, as long as nobody looks at them yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid
from chassis.web.languages import gettext
from rules.understanding import Understood
from services.intake import messages
from services.intake.model import corrections
from services.intake.model.applications import CORRECTION_REQUESTED, PROVISIONAL, Reason
from services.intake.model.views import ApplicationView
from services.intake.pages import fields, photos
from services.intake.pages.documents import PAGE as DOCUMENTS
from services.intake.pages.documents import page_of
from services.intake.pages.fields import reason_text
from services.intake.pages.frame import application_id, read_fields, see_other, show
from services.intake.use_cases import Intake, change_application, get_application

PAGE = "/application/corrections"
DETAILS = "/application/details"
_SENT = ("version", *(field for field in fields.TYPED if field != "email"))


@dataclass(frozen=True)
class Box:
    """One field of the form in which something is mended."""

    name: str
    label: str
    value: str
    options: list[tuple[str, str]]
    hint: str | None
    required: bool | None
    #: (why, what staff added), where it was asked for.
    reasons: list[tuple[str, str | None]]


@dataclass(frozen=True)
class Item:
    """One document, or the application as a whole, that staff want mended."""

    title: str
    done: bool
    reasons: list[tuple[str, str | None]]
    photo: photos.Photo | None
    #: Where a better photograph, or another document, is sent.
    href: str | None


async def get_corrections(intake: Intake, request: web.Request) -> web.Response:
    view = await get_application(intake, application_id(request))
    if view.application.status != CORRECTION_REQUESTED:
        return see_other("/application")
    return _corrections(intake, request, view)


async def post_corrections(intake: Intake, request: web.Request) -> web.Response:
    """Keep the fields that were mended."""
    return await _change(intake, request, PAGE + "?saved=1")


async def get_details(intake: Intake, request: web.Request) -> web.Response:
    """The applicant's own slips, before the first submission."""
    view = await get_application(intake, application_id(request))
    if view.application.status != PROVISIONAL:
        return see_other("/application")
    return _details(intake, request, view)


async def post_details(intake: Intake, request: web.Request) -> web.Response:
    return await _change(intake, request, "/application/confirm")


async def _change(intake: Intake, request: web.Request, then: str) -> web.Response:
    sent = await read_fields(request, _SENT)
    version = sent.pop("version", "")
    try:
        if not version.isascii() or not version.isdecimal() or len(version) > 9:
            raise Conflict("stale_version", messages.text("stale_version"))
        await change_application(intake, application_id(request), int(version), sent)
    except Invalid as invalid:
        return await _again(intake, request, sent, invalid.errors, invalid.status)
    except Conflict as conflict:
        if conflict.code != "stale_version":
            raise
        error = FieldError(
            "",
            conflict.code,
            gettext(gettext("ほかの画面で内容が変わりました。もう一度ごらんになって、保存してください。")),
        )
        return await _again(intake, request, sent, [error], conflict.status)
    return see_other(then)


async def _again(
    intake: Intake, request: web.Request, typed: Mapping[str, str], errors: Sequence[FieldError], status: int
) -> web.Response:
    """The form with what was typed, for the version of now."""
    view = await get_application(intake, application_id(request))
    page = _corrections if view.application.status == CORRECTION_REQUESTED else _details
    return page(intake, request, view, typed, errors, status)


def _details(
    intake: Intake,
    request: web.Request,
    view: ApplicationView,
    typed: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> web.Response:
    values = {
        "version": view.application.version,
        "fields": _boxes(intake, view, typed or {}),
        "errors": fields.in_order(errors),
    }
    return show(intake, request, "details.html", values, status=status)


def _corrections(
    intake: Intake,
    request: web.Request,
    view: ApplicationView,
    typed: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> web.Response:
    asked = [correction.reason for correction in view.corrections]
    values: dict[str, Any] = {
        "correct_by": view.correct_by,
        "items": [_item(intake, view, item) for item in _names(asked) if not item.startswith("field:")],
        "fields": _boxes(intake, view, typed or {}),
        "fields_done": all(each.done for each in view.corrections if each.reason.item.startswith("field:")),
        "whole": any(reason.item == "application" for reason in asked),
        "version": view.application.version,
        "left": len(_names([each.reason for each in view.corrections if not each.done])),
        "lacking": bool(view.missing or view.missing_sides),
        "saved": "saved" in request.query,
        "errors": fields.in_order(errors),
    }
    return show(intake, request, "corrections.html", values, status=status)


def _names(reasons: Sequence[Reason]) -> list[str]:
    return list(dict.fromkeys(reason.item for reason in reasons))


def _item(intake: Intake, view: ApplicationView, item: str) -> Item:
    mine = [each for each in view.corrections if each.reason.item == item]
    reasons, done = _said(intake, [each.reason for each in mine]), all(each.done for each in mine)
    may_add = corrections.may_add(intake.policy, view.application)
    if item == "application":
        return Item(gettext("申請について"), done, reasons, None, DOCUMENTS if may_add else None)
    document_id = UUID(item.removeprefix("document:"))
    document = next((each for each in view.documents if each.id == document_id), None)
    if document is None:
        return Item(gettext("書類の写真"), done, reasons, None, DOCUMENTS)
    photo = photos.shown(intake.policy, [document])[0]
    return Item(photo.name, done, reasons, photo, page_of(document))


def _boxes(intake: Intake, view: ApplicationView, typed: Mapping[str, str]) -> list[Box]:
    return [_box(intake, view, field, typed) for field in view.open_fields]


def _box(intake: Intake, view: ApplicationView, field: str, typed: Mapping[str, str]) -> Box:
    value = view.application.applicant.values.get(field)
    reasons = [each.reason for each in view.corrections if each.reason.item == f"field:{field}"]
    return Box(
        name=field,
        label=fields.label(field),
        value=typed.get(field, _written(field, value)),
        options=fields.options(intake.policy, field),
        hint=gettext(fields.HINTS[field]) if field in fields.HINTS else None,
        required=None if field in fields.MAY_BE_BLANK else True,
        reasons=_said(intake, reasons),
    )


def _written(field: str, value: Understood | None) -> str:
    """What stands in the box: the value as it will be registered; a date as the person wrote it."""
    if value is None:
        return ""
    return value.raw if field == "birth_date" else value.display


def _said(intake: Intake, reasons: Sequence[Reason]) -> list[tuple[str, str | None]]:
    return [(reason_text(intake.policy, reason), reason.note) for reason in reasons]
