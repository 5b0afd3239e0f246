"""The first page: what it is, what one needs, how long it takes, and the first question."""

from collections.abc import Mapping

from aiohttp import web

from chassis.web.days import day_of_month
from chassis.web.languages import gettext
from services.intake.pages import identity, keeping, words
from services.intake.pages.fields import names
from services.intake.pages.form import kind_of
from services.intake.pages.frame import DRAFT, cookie, show
from services.intake.use_cases import Intake, find_draft


async def get_start(intake: Intake, request: web.Request) -> web.Response:
    policy, on = intake.policy, intake.today
    values = {
        "begun": await _begun(intake, request),
        "identity": identity.of_kind(policy, "identity", on),
        "ended": identity.ended(policy, on),
        "records": keeping.kept(policy),
        "supplement_names": identity.supplements(policy, on),
        "affiliation_names": names(policy, (each.name for each in identity.of_kind(policy, "affiliation", on))),
    }
    return show(intake, request, "start.html", values)


async def _begun(intake: Intake, request: web.Request) -> Mapping[str, str] | None:
    """What was begun in this browser and not registered yet: what it is, and how long it is kept. Nothing of the person."""
    token = cookie(request, DRAFT)
    draft = await find_draft(intake, token) if token else None
    if draft is None or draft.application_id is not None:
        return None
    kind = kind_of(draft.form)
    until = draft.expires_at.astimezone(intake.zone).date()
    return {"kind": kind, "what": gettext(words.KINDS[kind]), "until": day_of_month(until)}
