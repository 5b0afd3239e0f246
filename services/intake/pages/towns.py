"""The towns of a postal code, for a form that fills itself in while one types."""

from aiohttp import web

from rules.understanding import understand
from services.intake.use_cases import Intake

#: Seconds. The table is a month's, and set-up alone makes a new one.
_KEEP = 86_400


async def get_towns(intake: Intake, request: web.Request) -> web.Response:
    """{code, towns, offices}: all empty where it is no code, or one that we do not know."""
    code = understand("postal_code", request.match_info["code"], today=intake.today)
    places = intake.postal_codes.places_of(code)
    said = {"code": code.display, "towns": places.towns, "offices": [office.name for office in places.offices]}
    return web.json_response(said, headers={"Cache-Control": f"public, max-age={_KEEP}"})
