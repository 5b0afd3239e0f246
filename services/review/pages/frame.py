"""What every page has: the library's name and who is signed in."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from aiohttp import web

from chassis.errors import NotFound
from chassis.ids import parse_id
from chassis.web.addresses import client_address, household
from chassis.web.routes import PRINCIPAL
from chassis.web.subjects import Subject, is_about
from chassis.web.templates import render
from services.review.model import CaseView, Staff
from services.review.use_cases import Review

#: Why a form of another page did nothing (pages.guards).
OTHER_ACCOUNT, OTHER_PAGE = GUARDED = "other_account", "other_page"


def page(
    review: Review, request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200
) -> web.Response:
    """The template with the frame's own values beside `values`."""
    staff = request.get(PRINCIPAL)
    if isinstance(staff, Staff):
        is_about(request, "staff", Subject(str(staff.id), 0, staff.username))
    frame = {
        "library": review.policy.text(review.policy.library.name, "ja"),
        "staff": staff.username if isinstance(staff, Staff) else None,
    }
    return render(request, template, {**frame, **values}, status=status)


def staff_of(request: web.Request) -> Staff:
    """Who is signed in, on a page that asks for it."""
    return cast(Staff, request[PRINCIPAL])


def id_in(request: web.Request, name: str) -> UUID:
    """An id in the path. Raises NotFound where it is none: nothing of that name exists."""
    value = parse_id(request.match_info[name])
    if value is None:
        raise NotFound
    return value


def address_of(request: web.Request) -> str:
    """Where the caller is, as far as it is counted: an address, or the network of a household."""
    return household(client_address(request))


def subject_of(view: CaseView) -> Subject:
    """What the page of a case is about."""
    return Subject(str(view.case.id), view.version, view.case.receipt_number)
