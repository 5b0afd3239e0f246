"""HTTP for programs: read the request, call one use case, show the answer. No cookie is read here."""

from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from chassis.errors import FieldError, Invalid, NotFound, Unauthenticated
from chassis.ids import parse_id
from chassis.tokens import bearer_token
from chassis.web.addresses import client_address, household
from chassis.web.forms import read_json
from chassis.web.routes import CSRF_NONE, PRINCIPAL, PUBLIC, Route
from services.review import schemas, use_cases
from services.review.answers import case_json, case_view_json, listed_json
from services.review.model import Amendment, Decision, Reason, SameAs, Staff, Verdict
from services.review.model.masks import Box
from services.review.use_cases import Review

BEARER = "bearer"


async def authenticate(review: Review, request: web.Request) -> Staff:
    """The staff member whose bearer token this is. Raises Unauthenticated."""
    return await use_cases.staff_of(review, _token(request))


async def post_session(review: Review, request: web.Request) -> web.Response:
    body = await read_json(request, schemas.SESSION)
    signed_in = await use_cases.sign_in(review, body["username"], body["password"], household(client_address(request)))
    staff = signed_in.staff
    answer = {"token": signed_in.token, "staff": {"id": str(staff.id), "username": staff.username, "role": staff.role}}
    return web.json_response(answer, status=201)


async def delete_session(review: Review, request: web.Request) -> web.Response:
    await use_cases.sign_out(review, _token(request))
    return web.Response(status=204)


async def get_cases(review: Review, request: web.Request) -> web.Response:
    unknown = sorted(set(request.query) - {"status", "after"})
    if unknown:
        raise Invalid([FieldError(name[:100], "unknown_field") for name in unknown])
    page = await use_cases.list_cases(review, request.query.get("status") or None, request.query.get("after", ""))
    return web.json_response({"cases": [listed_json(listed) for listed in page.cases], "next": page.next})


async def get_case(review: Review, request: web.Request) -> web.Response:
    return web.json_response(case_view_json(await use_cases.view_case(review, _id(request, "id"), _staff(request))))


async def post_claim(review: Review, request: web.Request) -> web.Response:
    case = await use_cases.claim(review, _id(request, "id"), _staff(request))
    return web.json_response(case_json(case))


async def delete_claim(review: Review, request: web.Request) -> web.Response:
    case = await use_cases.release(review, _id(request, "id"), _staff(request))
    return web.json_response(case_json(case))


async def get_document(review: Review, request: web.Request) -> web.Response:
    """The rendition of `?rendition=`, else the one for reading."""
    rendition = request.query.get("rendition", "reading")
    image = await use_cases.read_rendition(
        review, _id(request, "id"), _id(request, "document_id"), rendition, _staff(request)
    )
    return web.Response(body=image, content_type="image/jpeg")


async def post_masks(review: Review, request: web.Request) -> web.Response:
    body = await read_json(request, schemas.MASKS)
    document_id, boxes = _id(request, "document_id"), [Box(**each) for each in body["boxes"]]
    await use_cases.mask_document(review, _id(request, "id"), document_id, boxes, _staff(request))
    return web.json_response({"id": str(document_id), "mask": "done"})


async def post_decision(review: Review, request: web.Request) -> web.Response:
    body = await read_json(request, schemas.DECISION)
    decision = Decision(
        version=body["version"],
        decision=body["decision"],
        reasons=tuple(Reason(each["item"], each["code"], each.get("note")) for each in body.get("reasons", [])),
        amendments=tuple(Amendment(**each) for each in body.get("amendments", [])),
        verdicts=tuple(Verdict(UUID(each["candidate"]), each["verdict"]) for each in body.get("verdicts", [])),
        card_number=body.get("card_number"),
        note=body.get("note"),
        same_as=_same_as(body.get("same_as")),
    )
    decided = await use_cases.decide(review, _id(request, "id"), _staff(request), decision)
    answer = {"status": decided.status, "version": decided.version}
    if decided.card_number is not None:
        answer["card_number"] = decided.card_number
    return web.json_response(answer)


def _same_as(said: Mapping[str, str] | None) -> SameAs | None:
    return SameAs(UUID(said["registration"]), said["as"]) if said else None


def _token(request: web.Request) -> str:
    token = bearer_token(request)
    if token is None:
        raise Unauthenticated
    return token


def _staff(request: web.Request) -> Staff:
    staff = request[PRINCIPAL]
    assert isinstance(staff, Staff)
    return staff


def _id(request: web.Request, name: str) -> UUID:
    found = parse_id(request.match_info[name])
    if found is None:
        raise NotFound
    return found


_CASE = "/api/v1/cases/{id}"
ROUTES: list[Route[Review]] = [
    Route("POST", "/api/v1/sessions", post_session, PUBLIC, CSRF_NONE, "Sign in as staff", schemas.SESSION),
    Route("DELETE", "/api/v1/sessions", delete_session, BEARER, CSRF_NONE, "Sign out"),
    Route("GET", "/api/v1/cases", get_cases, BEARER, CSRF_NONE, "A page of the queue: ?status= and ?after="),
    Route("GET", _CASE, get_case, BEARER, CSRF_NONE, "One case: data, documents, checks, duplicates"),
    Route("POST", f"{_CASE}/claim", post_claim, BEARER, CSRF_NONE, "Claim the case, or renew one's own claim"),
    Route("DELETE", f"{_CASE}/claim", delete_claim, BEARER, CSRF_NONE, "Give one's own claim back"),
    Route("POST", f"{_CASE}/decision", post_decision, BEARER, CSRF_NONE, "Decide the case", schemas.DECISION),
    Route(
        "POST",
        f"{_CASE}/documents/{{document_id}}/masks",
        post_masks,
        BEARER,
        CSRF_NONE,
        "Cover parts of an image for good; no boxes: there is nothing to cover",
        schemas.MASKS,
    ),
    Route(
        "GET",
        f"{_CASE}/documents/{{document_id}}",
        get_document,
        BEARER,
        CSRF_NONE,
        "An image of an identity document: ?rendition=reading (else), screen or thumbnail",
    ),
]
