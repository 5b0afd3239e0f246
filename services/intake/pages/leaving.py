"""Leaving no trace, for those who share a device with others."""

from aiohttp import web

from chassis.web.cookies import drop_cookie
from services.intake.pages.frame import DRAFT, SESSION


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """Make the browser forget who was here: also the pages that it keeps for going back, and what was typed."""
    drop_cookie(request, response, SESSION)
    drop_cookie(request, response, DRAFT)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
