"""What is being typed is kept from time to time, by a script or by the button for those who go on later."""

from aiohttp import web

from chassis.web.subjects import written
from services.intake.pages.begun import about, address_of, draft_at, remember
from services.intake.pages.form import read_typed
from services.intake.pages.frame import see_other
from services.intake.use_cases import Intake, find_draft, keep_in_draft


async def post_draft(intake: Intake, request: web.Request) -> web.Response:
    """Keep what stands in the form, right or wrong, but for the password. The page's script is told the draft's name."""
    typed = await read_typed(intake, request)
    at = await draft_at(request)
    draft = await find_draft(intake, at.token, at.id) if at.token and at.id else None
    if draft is not None and draft.application_id is not None:
        # A page that was left open in another tab must not hide the result.
        return see_other(address_of("/apply/done", draft))
    # A box that is not ticked is not sent.
    kept = await keep_in_draft(intake, at, {"consent": "", "expiry_notice": "", **typed.form})
    about(request, kept.draft)
    response: web.Response
    if "application/json" in request.headers.get("Accept", ""):
        address = address_of("/apply", kept.draft, {"kind": typed.kind})
        response = web.json_response({"page_of": written(request), "address": address})
    else:
        response = see_other(address_of("/apply", kept.draft, {"kind": typed.kind, "kept": "1"}))
    remember(intake, request, response, kept.token)
    return response
