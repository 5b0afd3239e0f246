"""What is being typed is kept from time to time, by a script or by the button for those who go on later."""

from aiohttp import web

from chassis.web.cookies import set_cookie
from services.intake.pages.form import read_typed
from services.intake.pages.frame import DRAFT, cookie, draft_seconds, see_other
from services.intake.use_cases import Intake, find_draft, keep_in_draft


async def post_draft(intake: Intake, request: web.Request) -> web.Response:
    """Keep what stands in the form, right or wrong, but for the password."""
    typed = await read_typed(intake, request)
    response = see_other(f"/apply?kind={typed.kind}&kept=1")
    token = cookie(request, DRAFT)
    draft = await find_draft(intake, token) if token else None
    if draft is not None and draft.application_id is not None:
        # A page that was left open in another tab must not hide the result.
        return response
    # A box that is not ticked is not sent.
    kept = await keep_in_draft(intake, token, {"consent": "", "expiry_notice": "", **typed.form})
    set_cookie(request, response, DRAFT, kept, draft_seconds(intake))
    return response
