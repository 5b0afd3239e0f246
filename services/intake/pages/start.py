"""The first page: what it is, what one needs, how long it takes, and the first question."""

from collections.abc import Mapping

from aiohttp import web

from chassis.web.days import day_of_month
from chassis.web.languages import gettext
from services.intake.pages import identity, keeping, words
from services.intake.pages.begun import address_of
from services.intake.pages.fields import names
from services.intake.pages.form import kind_of
from services.intake.pages.frame import DRAFT, cookie, moment, show
from services.intake.use_cases import Intake, drafts_of


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


async def _begun(intake: Intake, request: web.Request) -> list[Mapping[str, str]]:
    """What was begun in this browser and not registered yet: what it is, since when it waits, and how long it is kept.
    Nothing of the person."""
    token = cookie(request, DRAFT)
    drafts = await drafts_of(intake, token) if token else []
    return [
        {
            "what": gettext(words.KINDS[kind_of(draft.form)]),
            "at": moment(draft.saved_at, intake.zone),
            "until": day_of_month(draft.expires_at.astimezone(intake.zone).date()),
            "href": address_of("/apply", draft, {"kind": kind_of(draft.form)}),
        }
        for draft in drafts
        if draft.application_id is None
    ]
