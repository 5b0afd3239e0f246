"""The next one of the family."""

from aiohttp import web

from chassis.web.cookies import set_cookie
from services.intake.pages.frame import DRAFT, application_id, read_fields, see_other
from services.intake.use_cases import Intake
from services.intake.use_cases.family import begin_for_family


async def post_family(intake: Intake, request: web.Request) -> web.Response:
    """Begin a form with what the family shares."""
    await read_fields(request, ())
    token = await begin_for_family(intake, application_id(request))
    response = see_other("/apply?kind=new&family=1")
    set_cookie(request, response, DRAFT, token, intake.policy.deadlines.provisional_days * 86400)
    return response
