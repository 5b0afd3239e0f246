"""What staff asked to mend, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid
from chassis.web.languages import gettext
from services.intake.model import corrections
from services.intake.model.applications import CORRECTION_REQUESTED, Reason
from services.intake.model.views import ApplicationView
from services.intake.pages import boxes, fields, identity, photos
from services.intake.pages.frame import application_id, changed_elsewhere, read_fields, see_other, show, shown_version
from services.intake.pages.photograph import PAGE as DOCUMENTS
from services.intake.pages.photograph import page_of
from services.intake.use_cases import Intake, change_application, confirm_application, get_application

PAGE = "/application/corrections"


@dataclass(frozen=True)
class Item:
    """One document, or the application as a whole, that staff want mended."""

    title: str
    done: bool
    reasons: list[tuple[str, str | None]]
    photo: photos.Photo | None
    #: Where a better photograph, or another document, is sent.
    href: str | None
    #: Whether the applicant looks through everything and says what needs mending.
    whole: bool = False
    #: Whether `photo` came instead of the one that staff looked at.
    fresh: bool = False


async def get_corrections(intake: Intake, request: web.Request) -> web.Response:
    """What was asked for; `?field=` opens another field where the whole application is meant."""
    view = await get_application(intake, application_id(request))
    if view.application.status != CORRECTION_REQUESTED:
        return see_other("/application")
    return _page(intake, request, view, corrections.together(request.query.get("field", "")))


async def post_corrections(intake: Intake, request: web.Request) -> web.Response:
    """Keep the fields that were mended, or that everything was looked through (`answered`)."""
    sent = await read_fields(request, ("answered", *boxes.SENT))
    version, answered = await shown_version(request), sent.pop("answered", "")
    try:
        if answered:
            await confirm_application(intake, application_id(request), version)
        else:
            await change_application(intake, application_id(request), version, sent)
    except Invalid as invalid:
        return await _again(intake, request, sent, invalid.errors, invalid.status)
    except Conflict as conflict:
        if conflict.code != "stale_version":
            raise
        return await _again(intake, request, sent, [changed_elsewhere()], conflict.status)
    return see_other(PAGE + "?saved=1")


async def _again(
    intake: Intake, request: web.Request, typed: Mapping[str, str], errors: Sequence[FieldError], status: int
) -> web.Response:
    """The form with what was typed, for the version of now."""
    view = await get_application(intake, application_id(request))
    if view.application.status != CORRECTION_REQUESTED:
        return see_other("/application")
    return _page(intake, request, view, [*typed, *(error.field for error in errors)], typed, errors, status)


def _page(
    intake: Intake,
    request: web.Request,
    view: ApplicationView,
    chosen: Iterable[str],
    typed: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> web.Response:
    policy, applicant = intake.policy, view.application.applicant
    asked = [correction.reason for correction in view.corrections]
    whole = any(corrections.is_whole(policy, reason) for reason in asked)
    named = corrections.named_fields(policy, view.application)
    values: dict[str, Any] = {
        "name": applicant.display("name"),
        "correct_by": view.correct_by,
        "items": [_item(intake, view, item) for item in _names(asked) if not item.startswith("field:")],
        "fields": boxes.boxes(intake, view, {*named, *chosen}, typed or {}),
        "fields_done": _fields_done(view),
        "rows": fields.settled(policy, applicant.values, intake.today, PAGE, view.open_fields) if whole else [],
        "changes": fields.changed(policy, view.changed, intake.today),
        "missed": fields.changed(policy, view.missed, intake.today),
        "left": len(_names([each.reason for each in view.corrections if not each.done])),
        "lacking": bool(view.missing or view.missing_sides),
        "saved": request.query.get("saved", ""),
        "errors": fields.in_order(errors),
    }
    return show(intake, request, "corrections.html", values, status=status)


def _names(reasons: Sequence[Reason]) -> list[str]:
    return list(dict.fromkeys(reason.item for reason in reasons))


def _fields_done(view: ApplicationView) -> bool | None:
    """Whether every field that was named is mended; None where none was."""
    done = [each.done for each in view.corrections if each.reason.item.startswith("field:")]
    return all(done) if done else None


def _item(intake: Intake, view: ApplicationView, item: str) -> Item:
    mine = [each for each in view.corrections if each.reason.item == item]
    reasons, done = boxes.said(intake, [each.reason for each in mine]), all(each.done for each in mine)
    may_add = corrections.may_add(intake.policy, view.application)
    if item == "application":
        whole = any(corrections.is_whole(intake.policy, each.reason) for each in mine)
        return Item(gettext("申請について"), done, reasons, None, DOCUMENTS if may_add else None, whole)
    document_id = UUID(item.removeprefix("document:"))
    named = next((each for each in view.named_documents if each.id == document_id), None)
    if named is None:
        return Item(gettext("書類の写真"), done, reasons, None, DOCUMENTS)
    # It may have been replaced since.
    now = [each for each in view.documents if (each.type, each.side) == (named.type, named.side)]
    photo = next(iter(photos.shown(intake.policy, now)), None)
    name = identity.name_of(intake.policy, named.type, named.side)
    latest = next(iter(now), named)
    return Item(name, done, reasons, photo, page_of(latest), fresh=latest.id != named.id)
