"""The pages of what was refused for no fault of what was typed: the form is there to be sent once more, nothing is lost."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from chassis.errors import Problem
from chassis.ids import parse_id
from chassis.web.again import Sent, sent_again
from chassis.web.routes import PRINCIPAL
from chassis.web.subjects import sent_for
from services.intake.messages import FIELD_NAMES
from services.intake.pages import fields
from services.intake.pages.birth_dates import Boxes, together
from services.intake.pages.fields import Row
from services.intake.pages.frame import APPLICATION, HANDED_OVER, OWN_FIELDS, show
from services.intake.pages.guards import now_of, number_of
from services.intake.use_cases import Intake

_BIRTH = ("birth_era", "birth_year", "birth_month", "birth_day")


async def another_application(intake: Intake, request: web.Request, problem: Problem) -> web.Response:
    """The page belongs to one application, and the browser is signed in to another: both are named."""
    shown = await sent_for(request, APPLICATION)
    page = number_of(shown)
    known = parse_id(shown.id) if shown and page else None
    sent = await sent_again(request) if known else None
    values = {
        "page": page,
        "now": await now_of(intake, request),
        "sign_in": f"/continue/{known}" if known else None,
        "handed_over_page": HANDED_OVER in request,
        **_kept(intake, sent if sent and _typed(sent) else None),
    }
    return show(intake, request, "another_application.html", values, status=problem.status)


async def send_again(intake: Intake, request: web.Request, problem: Problem) -> web.Response | None:
    """The form that came without its cookie, with a new one; None where nothing was typed that could be lost."""
    sent = await sent_again(request)
    if sent is None or not _typed(sent):
        return None
    values = {"signed_in_page": PRINCIPAL in request, **_kept(intake, sent)}
    return show(intake, request, "again.html", values, status=problem.status)


def _kept(intake: Intake, sent: Sent | None) -> Mapping[str, Any]:
    return {"sent": sent, "typed": _rows(intake, dict(sent.fields)) if sent else []}


def _typed(sent: Sent) -> bool:
    """Whether the form holds more than our own fields."""
    return bool(sent.passwords) or any(name not in OWN_FIELDS for name, _ in sent.fields)


def _rows(intake: Intake, form: Mapping[str, str]) -> list[Row]:
    """What was typed, for people to read; what was chosen by its name."""
    if any(form.get(name) for name in _BIRTH[1:]):
        form = {**form, "birth_date": together(Boxes(*(form.get(name, "") for name in _BIRTH)))}
    names = [*fields.TYPED, *(name for name in FIELD_NAMES if name not in fields.TYPED)]
    return [
        Row(fields.label(name), _chosen(intake, name, form[name]), lang="ja" if name in fields.IN_JAPANESE else None)
        for name in names
        if form.get(name, "").strip() and name not in ("kind", "consent", "filled_by", "expiry_notice", "language")
    ]


def _chosen(intake: Intake, name: str, value: str) -> str:
    return next((text for code, text in fields.options(intake.policy, name) if code == value), value)[:1000]
