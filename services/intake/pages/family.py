"""The next one of the family."""

from aiohttp import web

from services.intake.pages.begun import address_of, remember
from services.intake.pages.frame import DRAFT, application_id, cookie, read_fields, see_other
from services.intake.use_cases import Intake
from services.intake.use_cases.family import begin_for_family


async def post_family(intake: Intake, request: web.Request) -> web.Response:
    """Begin a form with what the family shares."""
    await read_fields(request, ())
    kept = await begin_for_family(intake, application_id(request), cookie(request, DRAFT))
    response = see_other(address_of("/apply", kept.draft, {"kind": "new", "family": "1"}))
    remember(intake, request, response, kept.token)
    return response
