"""The page of one document: which side of it, what to hide, and the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from chassis.errors import FieldError, Invalid, NotFound, Problem
from chassis.web.languages import gettext
from chassis.web.languages import marked as _
from rules.identity_documents import add_months, document_type, too_old
from rules.policy import Policy
from rules.policy_choices import DocumentType, Side
from services.intake import messages
from services.intake.model.applications import CORRECTION_REQUESTED
from services.intake.model.documents import Document
from services.intake.model.views import ApplicationView
from services.intake.pages import identity, pictures
from services.intake.pages.fields import names
from services.intake.pages.frame import show, text_of
from services.intake.use_cases import Intake, most_documents

PAGE = "/application/documents"
CURRENT, OLD = "current", "old"
#: No file was chosen.
NO_FILE = "no_file"
_NO_FILE = _("写真を選択してください。")


@dataclass(frozen=True)
class Chosen:
    """The document to photograph: which, which side of it, and what was said about its address ("" not asked)."""

    type: DocumentType
    sides: tuple[Side, ...]
    side: Side
    address: str

    def href(self, side: str | None = None, **more: str) -> str:
        return href(self.type.code, side or self.side.code, self.address, **more)


def chosen_of(intake: Intake, view: ApplicationView, code: str, side_code: str | None, address: str) -> Chosen:
    """Raises NotFound for a side that this document does not have, or that must not be sent."""
    sides = identity.sides_of(intake.policy, code, intake.today)
    kind = intake.policy.document_type(code)
    assert kind is not None
    if side_code:
        side = next((each for each in sides if each.code == side_code), None)
        if side is None:
            raise NotFound("unknown_side")
    else:
        side = identity.next_side(intake.policy, code, sides, _sent(view, code), address == OLD)
    return Chosen(kind, sides, side, address)


def address_of(intake: Intake, view: ApplicationView, code: str, said: str) -> str | None:
    """What is said about the address of this document: "" where it is not asked, None where it must be asked now."""
    kind = document_type(intake.policy, code)
    if kind is not None and kind.kind == "supplement":
        return CURRENT
    if not identity.asks_for_address(intake.policy, code, intake.today):
        return ""
    return said if said in (CURRENT, OLD) else said_of_address(view, code) or None


def said_of_address(view: ApplicationView, code: str) -> str:
    said = [each.shows_current_address for each in view.documents if each.type == code]
    return "" if not said or said[0] is None else CURRENT if said[0] else OLD


def show_photograph(intake: Intake, request: web.Request, view: ApplicationView, chosen: Chosen) -> web.Response:
    """The page; `problem` in its address says what was wrong with the file that was sent from it."""
    policy, code, sent = intake.policy, chosen.type.code, _sent(view, chosen.type.code)
    kind = document_type(policy, code) or chosen.type
    error = _said(policy, request.query.getall("problem", []))
    picture = pictures.picture_of(kind, chosen.side)
    values: dict[str, Any] = {
        "correcting": view.application.status == CORRECTION_REQUESTED,
        "type": kind,
        "chosen": chosen,
        "name": identity.name_of(policy, code, chosen.side.code),
        "side_name": text_of(policy, chosen.side.name),
        "sides": [
            {
                "name": text_of(policy, side.name),
                "href": chosen.href(side.code),
                "now": side == chosen.side,
                "sent": side.code in sent,
            }
            for side in chosen.sides
        ],
        "more": _further_sides(intake, chosen, sent),
        "picture": picture,
        "places": [{"name": text_of(policy, each.name), "box": each.box} for each in picture.places],
        "may_hide": names(policy, (each.name for each in kind.may_hide)),
        "issued_since": _issued_since(policy, kind, intake.today),
        "replaces": chosen.side.code in sent,
        "changes": any(side.address_changes for side in chosen.sides),
        "refused": [
            (text_of(policy, side.name), messages.text(side.refused_as or ""))
            for side in identity.refused_sides(policy, code, intake.today)
        ],
        "supplement_names": identity.supplements(policy, intake.today),
        "max_bytes": policy.limits.upload_bytes,
        "max_megabytes": policy.limits.upload_bytes // (1024 * 1024),
        "too_large": messages.text("too_large"),
        "errors": [FieldError("document", "refused", error)] if error else [],
    }
    return show(intake, request, "document.html", values)


def page_of(document: Document) -> str:
    """Where this photograph is taken again."""
    said = "" if document.shows_current_address is None else CURRENT if document.shows_current_address else OLD
    return href(document.type, document.side, said)


def href(code: str, side: str, address: str, **more: str) -> str:
    """The page of a document; what is "" is left out."""
    query = {"type": code, "side": side, "address": address, **more}
    return f"{PAGE}?{urlencode({name: value for name, value in query.items() if value})}"


def page_with(chosen: Chosen, problem: Problem) -> str:
    """The page again, with what was wrong: its address holds codes, and no token."""
    codes = [problem.code]
    if isinstance(problem, Invalid):
        codes = [error.code for error in problem.errors]
    return chosen.href() + "".join(f"&{urlencode({'problem': code})}" for code in codes)


def _said(policy: Policy, codes: list[str]) -> str:
    if not codes or codes[0] not in (*messages.TEXTS, NO_FILE):
        return ""
    if codes[0] == NO_FILE:
        return gettext(_NO_FILE)
    if codes[0] == "too_many_documents":
        return messages.text(codes[0], detail=str(most_documents(policy)))
    return messages.refusal(codes)


def _sent(view: ApplicationView, code: str) -> set[str]:
    return {each.side for each in view.documents if each.type == code}


def _further_sides(intake: Intake, chosen: Chosen, sent: Iterable[str]) -> list[tuple[str, str]]:
    """(code, name) of sides that can be sent together with the chosen one."""
    known = {*sent, chosen.side.code}
    helping = identity.helping_sides(intake.policy, chosen.type.code, known, chosen.address == OLD)
    return [
        (side.code, text_of(intake.policy, side.name))
        for side in chosen.sides
        if side.code not in known and (side.code in helping or not side.address_changes)
    ]


def _issued_since(policy: Policy, kind: DocumentType, on: date) -> date | None:
    """The earliest day of issue that is still good."""
    if kind.issued_within_months is None:
        return None
    day = add_months(on, -kind.issued_within_months)
    while too_old(policy, kind.code, day, on):
        day += timedelta(days=1)
    return day
