"""Choosing a document, answering whether its address is the present one, and sending its photographs."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid, Malformed, NotFound, Problem, TooLarge, Unavailable
from chassis.web.languages import gettext
from rules.identity_documents import document_type
from rules.policy_parts import DocumentType, Side
from services.intake import messages
from services.intake.model import corrections
from services.intake.model.applications import CORRECTION_REQUESTED, OURS
from services.intake.model.documents import Document
from services.intake.model.views import ApplicationView
from services.intake.pages import identity, photos, words
from services.intake.pages.frame import application_id, read_fields, see_other, show, text_of, uuid_in
from services.intake.pages.uploads import read_upload
from services.intake.use_cases import Intake, document_rendition, get_application, remove_document, store_document

PAGE = "/application/documents"
CURRENT, OLD = "current", "old"
#: A form's own fields and boundaries take less than this.
_FORM_ITSELF = 64 * 1024


@dataclass(frozen=True)
class Chosen:
    """The document to photograph: which, which side of it, and what was said about its address ("" not asked)."""

    type: DocumentType
    sides: tuple[Side, ...]
    side: Side
    address: str

    def href(self, side: str | None = None) -> str:
        return _href(self.type.code, side or self.side.code, self.address)


async def get_documents(intake: Intake, request: web.Request) -> web.Response:
    """What is missing and what can be sent; with `type` the page of one document."""
    view = await get_application(intake, application_id(request))
    if view.application.status not in OURS:
        return see_other("/application")
    code = request.query.get("type")
    if code is None:
        return _overview(intake, request, view)
    if not identity.sides_of(intake.policy, code, intake.today):
        return _overview(intake, request, view, ended=code)
    address = _address(intake, view, code, request.query.get("address", ""))
    if address is None:
        return _ask_for_address(intake, request, view, code)
    return _photograph(intake, request, view, _chosen(intake, view, code, request.query.get("side"), address))


async def post_document(intake: Intake, request: web.Request) -> web.Response:
    """Stream the photograph on; what is wrong with it is said on the same page."""
    fields, picture = await read_upload(request, ("type", "side", "address"), "document")
    view = await get_application(intake, application_id(request))
    code = fields.get("type", "")
    if not identity.sides_of(intake.policy, code, intake.today):
        problem = identity.refusal_of(intake.policy, code, intake.today)
        raise Invalid([FieldError("type", problem, messages.text(problem))], problem, messages.text(problem))
    address = _address(intake, view, code, fields.get("address", "")) or ""
    chosen = _chosen(intake, view, code, fields.get("side"), address)
    if picture is None:
        return _photograph(intake, request, view, chosen, gettext("写真を選んでください。"), status=422)
    shows = {CURRENT: True, OLD: False}.get(address)
    try:
        if (request.content_length or 0) > intake.policy.limits.upload_bytes + _FORM_ITSELF:
            raise TooLarge("too_large", messages.text("too_large"))
        document = await store_document(
            intake, view.application.id, code, chosen.side.code, shows, picture.chunks(), None
        )
    except (Conflict, Invalid, TooLarge, Unavailable) as problem:
        if picture.broken:
            raise Malformed from problem
        if isinstance(problem, Conflict) and problem.code == "wrong_state":
            raise
        return _photograph(intake, request, view, chosen, _said(problem), problem=problem)
    if view.application.status == CORRECTION_REQUESTED:
        return see_other("/application/corrections?saved=1")
    return see_other(f"{PAGE}?sent={document.id}")


async def post_removal(intake: Intake, request: web.Request) -> web.Response:
    """Take a photograph back; one that is gone already is as good."""
    await read_fields(request, ())
    with contextlib.suppress(NotFound):
        await remove_document(intake, application_id(request), uuid_in(request, "document"))
    return see_other(PAGE)


async def get_photo(intake: Intake, request: web.Request) -> web.Response:
    """A picture that the applicant sent; no other applicant's is found here."""
    rendition = request.match_info["rendition"]
    jpeg = await document_rendition(intake, application_id(request), uuid_in(request, "document"), rendition)
    return web.Response(body=jpeg, content_type="image/jpeg")


def _overview(intake: Intake, request: web.Request, view: ApplicationView, ended: str = "") -> web.Response:
    policy, on, application = intake.policy, intake.today, view.application
    category = policy.category(application.applicant.display("category"))
    pictures = photos.shown(policy, view.documents)
    refused = policy.document_type(ended) if ended else None
    values: dict[str, Any] = {
        "correcting": application.status == CORRECTION_REQUESTED,
        "documents": pictures,
        "removable": {each.id for each in view.documents if corrections.may_touch(application, each)},
        "sent": next((each.name for each in pictures if str(each.id) == request.query.get("sent")), None),
        "refused": refused,
        "proofs": [
            (gettext(words.PROOFS[proof]), proof not in view.missing) for proof in (category.proofs if category else ())
        ],
        "missing_sides": [
            (identity.name_of(policy, code, side), _href(code, side, _said_of_address(view, code)))
            for code, side in view.missing_sides
        ],
        "new_address": _where_a_new_address_is(intake, view),
        "ready": not view.missing and not view.missing_sides,
        "groups": identity.groups(policy, view, on),
        "ended": identity.ended(policy, on),
    }
    return show(intake, request, "documents.html", values)


def _ask_for_address(intake: Intake, request: web.Request, view: ApplicationView, code: str) -> web.Response:
    sides = identity.sides_of(intake.policy, code, intake.today)
    values = {
        "correcting": view.application.status == CORRECTION_REQUESTED,
        "type": intake.policy.document_type(code),
        "address": view.application.applicant.display("address"),
        "changes": any(side.address_changes for side in sides),
        "current": _href(code, "", CURRENT),
        "old": _href(code, "", OLD),
    }
    return show(intake, request, "document_address.html", values)


def _photograph(
    intake: Intake,
    request: web.Request,
    view: ApplicationView,
    chosen: Chosen,
    error: str = "",
    *,
    problem: Problem | None = None,
    status: int = 200,
) -> web.Response:
    policy, code = intake.policy, chosen.type.code
    sent = {each.side for each in view.documents if each.type == code}
    kind = document_type(policy, code) or chosen.type
    errors: Sequence[FieldError] = [FieldError("document", "refused", error)] if error else []
    values = {
        "correcting": view.application.status == CORRECTION_REQUESTED,
        "type": kind,
        "chosen": chosen,
        "name": identity.name_of(policy, code, chosen.side.code),
        "sides": [
            {
                "name": text_of(policy, side.name),
                "href": chosen.href(side.code),
                "now": side == chosen.side,
                "sent": side.code in sent,
            }
            for side in chosen.sides
        ],
        "replaces": chosen.side.code in sent,
        "changes": any(side.address_changes for side in chosen.sides),
        "refused": [
            (text_of(policy, side.name), messages.text(side.refused_as or ""))
            for side in identity.refused_sides(policy, code, intake.today)
        ],
        "supplement_names": identity.supplements(policy, intake.today),
        "max_megabytes": policy.limits.upload_bytes // (1024 * 1024),
        "errors": errors,
    }
    response = show(intake, request, "document.html", values, status=problem.status if problem else status)
    response.headers.update(problem.headers if problem else {})
    return response


def _chosen(intake: Intake, view: ApplicationView, code: str, side_code: str | None, address: str) -> Chosen:
    """Raises NotFound for a side that this document does not have, or that must not be sent."""
    sides = identity.sides_of(intake.policy, code, intake.today)
    kind = intake.policy.document_type(code)
    assert kind is not None
    if side_code:
        side = next((each for each in sides if each.code == side_code), None)
        if side is None:
            raise NotFound("unknown_side")
    else:
        sent = {each.side for each in view.documents if each.type == code}
        side = identity.next_side(sides, sent, address == OLD)
    return Chosen(kind, sides, side, address)


def _address(intake: Intake, view: ApplicationView, code: str, said: str) -> str | None:
    """What is said about the address of this document: "" where it is not asked, None where it must be asked now."""
    kind = document_type(intake.policy, code)
    if kind is not None and kind.kind == "supplement":
        return CURRENT
    if not identity.asks_for_address(intake.policy, code, intake.today):
        return ""
    return said if said in (CURRENT, OLD) else _said_of_address(view, code) or None


def _said_of_address(view: ApplicationView, code: str) -> str:
    said = [each.shows_current_address for each in view.documents if each.type == code]
    return "" if not said or said[0] is None else CURRENT if said[0] else OLD


def _where_a_new_address_is(intake: Intake, view: ApplicationView) -> list[tuple[str, str]]:
    """(name, page) of sides not sent yet on which a new address may be written."""
    if "current_address" not in view.missing:
        return []
    sent = {(each.type, each.side) for each in view.documents}
    return [
        (identity.name_of(intake.policy, code, side.code), _href(code, side.code, OLD))
        for code in dict.fromkeys(each.type for each in view.documents)
        for side in identity.sides_of(intake.policy, code, intake.today)
        if side.address_changes and (code, side.code) not in sent
    ]


def page_of(document: Document) -> str:
    """Where this photograph is taken again."""
    said = "" if document.shows_current_address is None else CURRENT if document.shows_current_address else OLD
    return _href(document.type, document.side, said)


def _href(code: str, side: str, address: str) -> str:
    query = {"type": code, "side": side, "address": address}
    return f"{PAGE}?{urlencode({name: value for name, value in query.items() if value})}"


def _said(problem: Problem) -> str:
    if isinstance(problem, Invalid):
        first = problem.errors[0]
        return first.message or messages.text(first.code)
    return problem.detail or messages.text(problem.code)
