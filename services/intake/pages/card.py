"""The card on the screen: number and barcode, once the registration is complete."""

from aiohttp import web

from services.intake.model.barcodes import barcode
from services.intake.pages.frame import application_id, see_other, show
from services.intake.use_cases import Intake, get_application


async def get_card(intake: Intake, request: web.Request) -> web.Response:
    """The card, to be shown to a reader."""
    view = await get_application(intake, application_id(request))
    if view.registration is None:
        return see_other("/application")
    values = {
        "registration": view.registration,
        "name": view.application.applicant.display("name"),
        "barcode": barcode(intake.policy.card_numbers, view.registration.card_number),
    }
    return show(intake, request, "card.html", values)
