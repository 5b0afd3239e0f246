"""How long one stays signed in: pages ask before they warn, and make it longer."""

from aiohttp import web

from services.intake.pages.frame import LASTING, lasting, read_fields
from services.intake.use_cases import Intake


async def get_session(intake: Intake, request: web.Request) -> web.Response:
    """The time left, as JSON. To ask is no use of the session: another page of the browser may have used it."""
    return web.json_response(lasting(intake, request[LASTING]))


async def post_session(intake: Intake, request: web.Request) -> web.Response:
    """Stay signed in. What was asked for is done once it is known whose page it is; the new time left, as JSON."""
    await read_fields(request, ())
    return web.json_response(lasting(intake, request[LASTING]))
