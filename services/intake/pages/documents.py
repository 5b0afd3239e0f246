"""Choosing a document, answering whether its address is the present one, and sending its photographs."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid, NotFound, TooLarge, Unavailable
from chassis.web.failures import problem_json
from chassis.web.languages import gettext
from services.intake import messages
from services.intake.model import corrections
from services.intake.model.applications import CORRECTION_REQUESTED, OURS
from services.intake.model.documents import Document
from services.intake.model.views import ApplicationView
from services.intake.pages import identity, photos, words
from services.intake.pages.frame import HANDED_OVER, application_id, read_fields, see_other, show, text_of, uuid_in
from services.intake.pages.photograph import (
    CURRENT,
    NO_FILE,
    OLD,
    PAGE,
    Chosen,
    address_of,
    chosen_of,
    href,
    page_of,
    page_with,
    said_of_address,
    show_photograph,
)
from services.intake.pages.uploads import FORM_ITSELF, read_upload
from services.intake.use_cases import Intake, document_rendition, get_application, remove_document, store_document

CORRECTIONS = "/application/corrections"


async def get_documents(intake: Intake, request: web.Request) -> web.Response:
    """What is missing and what can be sent; with `type` the page of one document."""
    view = await _view(intake, request)
    if view.application.status not in OURS:
        return see_other("/handed-over" if HANDED_OVER in request else "/application")
    code = request.query.get("type")
    if code is None:
        return _overview(intake, request, view)
    if not identity.sides_of(intake.policy, code, intake.today):
        return _overview(intake, request, view, ended=code)
    address = address_of(intake, view, code, request.query.get("address", ""))
    if address is None:
        return _ask_for_address(intake, request, view, code)
    chosen = chosen_of(intake, view, code, request.query.get("side"), address)
    return show_photograph(intake, request, view, chosen)


async def post_document(intake: Intake, request: web.Request) -> web.Response:
    """Stream the photograph on. What is wrong with it is said on the same page, or as JSON to the page's script."""
    fields, picture = await read_upload(
        request, ("type", "side", "address"), "document", intake.policy.limits.upload_bytes
    )
    view = await _view(intake, request)
    code = fields.get("type", "")
    if not identity.sides_of(intake.policy, code, intake.today):
        problem = identity.refusal_of(intake.policy, code, intake.today)
        raise Invalid([FieldError("type", problem, messages.text(problem))], problem, messages.text(problem))
    address = address_of(intake, view, code, fields.get("address", "")) or ""
    chosen = chosen_of(intake, view, code, fields.get("side"), address)
    scripted = "application/json" in request.headers.get("Accept", "")
    try:
        document = await _store(intake, request, view, chosen, picture)
    except (Conflict, Invalid, TooLarge, Unavailable) as problem:
        if scripted:
            return problem_json(problem)
        if problem.code == "wrong_state":
            raise
        return see_other(page_with(chosen, problem))
    then = _after(request, view, document)
    return web.json_response({"id": str(document.id), "next": then}, status=201) if scripted else see_other(then)


async def post_removal(intake: Intake, request: web.Request) -> web.Response:
    """Take a photograph back; one that is gone already is as good."""
    await read_fields(request, ())
    with contextlib.suppress(NotFound):
        await remove_document(intake, application_id(request), await _document_in(intake, request))
    return see_other(PAGE)


async def get_photo(intake: Intake, request: web.Request) -> web.Response:
    """A picture that the applicant sent; no other applicant's is found here."""
    rendition = request.match_info["rendition"]
    document = await _document_in(intake, request)
    jpeg = await document_rendition(intake, application_id(request), document, rendition)
    return web.Response(body=jpeg, content_type="image/jpeg")


async def _view(intake: Intake, request: web.Request) -> ApplicationView:
    """The application; of its photographs a device that they were handed over to sees only those that it sent."""
    view = await get_application(intake, application_id(request))
    if HANDED_OVER not in request:
        return view
    since = request[HANDED_OVER].opened_at
    return replace(view, documents=tuple(each for each in view.documents if since and each.chosen_at >= since))


async def _document_in(intake: Intake, request: web.Request) -> UUID:
    """The photograph in the page's address. Raises NotFound."""
    id_ = uuid_in(request, "document")
    if HANDED_OVER in request and all(each.id != id_ for each in (await _view(intake, request)).documents):
        raise NotFound
    return id_


async def _store(
    intake: Intake, request: web.Request, view: ApplicationView, chosen: Chosen, picture: AsyncIterator[bytes] | None
) -> Document:
    if picture is None:
        raise Invalid([FieldError("document", NO_FILE, gettext("写真を選択してください。"))], NO_FILE)
    if (request.content_length or 0) > intake.policy.limits.upload_bytes + FORM_ITSELF:
        raise TooLarge("too_large", messages.text("too_large"))
    shows = {CURRENT: True, OLD: False}.get(chosen.address)
    return await store_document(intake, view.application.id, chosen.type.code, chosen.side.code, shows, picture, None)


def _after(request: web.Request, view: ApplicationView, document: Document) -> str:
    """Where it goes on; whoever corrects sees the photograph once more only where something is to be said about it."""
    if _corrects(request, view) and not document.warnings:
        return f"{CORRECTIONS}?saved=photo"
    return f"{PAGE}?sent={document.id}"


def _corrects(request: web.Request, view: ApplicationView) -> bool:
    """Whether the page goes on to the corrections."""
    return view.application.status == CORRECTION_REQUESTED and HANDED_OVER not in request


def _overview(intake: Intake, request: web.Request, view: ApplicationView, ended: str = "") -> web.Response:
    policy, on, application = intake.policy, intake.today, view.application
    category = policy.category(application.applicant.display("category"))
    pictures = photos.shown(policy, view.documents)
    refused = policy.document_type(ended) if ended else None
    correcting = _corrects(request, view)
    just_sent = request.query.getall("sent", [])
    values: dict[str, Any] = {
        "name": application.applicant.display("name"),
        "correcting": correcting,
        "documents": pictures,
        "removable": {each.id for each in view.documents if corrections.may_touch(application, each)},
        "sent": [each for each in pictures if str(each.id) in just_sent and not each.deleted_on],
        "again": {each.id: page_of(each) for each in view.documents},
        "as_it_is": f"{CORRECTIONS}?saved=photo" if correcting else PAGE,
        "refused": refused,
        "proofs": [
            (gettext(words.PROOFS[proof]), proof not in view.missing) for proof in (category.proofs if category else ())
        ],
        "missing_sides": [
            (identity.name_of(policy, code, side), href(code, side, said_of_address(view, code)))
            for code, side in view.missing_sides
        ],
        "new_address": _where_a_new_address_is(intake, view),
        "ready": not view.missing and not view.missing_sides,
        "still_needed": identity.still_needed(policy, view, on),
        "groups": identity.groups(policy, view, on),
        "ended": identity.ended(policy, on),
    }
    return show(intake, request, "documents.html", values)


def _ask_for_address(intake: Intake, request: web.Request, view: ApplicationView, code: str) -> web.Response:
    sides = identity.sides_of(intake.policy, code, intake.today)
    proving = [side for side in sides if "current_address" in side.proves]
    values = {
        "correcting": _corrects(request, view),
        "type": intake.policy.document_type(code),
        "address": "" if HANDED_OVER in request else view.application.applicant.display("address"),
        "where": text_of(intake.policy, proving[0].name) if len(sides) > 1 else "",
        "changed": next((text_of(intake.policy, side.name) for side in proving[1:] if side.address_changes), ""),
        "current": href(code, "", CURRENT),
        "old": href(code, "", OLD),
    }
    return show(intake, request, "document_address.html", values)


def _where_a_new_address_is(intake: Intake, view: ApplicationView) -> list[tuple[str, str]]:
    """(name, page) of sides not sent yet on which a new address may be written."""
    if "current_address" not in view.missing:
        return []
    sent = {(each.type, each.side) for each in view.documents}
    return [
        (identity.name_of(intake.policy, code, side.code), href(code, side.code, OLD))
        for code in dict.fromkeys(each.type for each in view.documents)
        for side in identity.sides_of(intake.policy, code, intake.today)
        if side.address_changes and (code, side.code) not in sent
    ]
