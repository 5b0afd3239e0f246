"""The first page: what it is, what one needs, how long it takes, and the first question."""

from aiohttp import web

from services.intake.pages import identity
from services.intake.pages.fields import names
from services.intake.pages.frame import show
from services.intake.use_cases import Intake


async def get_start(intake: Intake, request: web.Request) -> web.Response:
    policy, on = intake.policy, intake.today
    values = {
        "identity": identity.of_kind(policy, "identity", on),
        "ended": identity.ended(policy, on),
        "supplement_names": identity.supplements(policy, on),
        "affiliation_names": names(policy, (each.name for each in identity.of_kind(policy, "affiliation", on))),
    }
    return show(intake, request, "start.html", values)
