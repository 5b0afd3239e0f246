"""The internal interface: bytes in, bytes out, each call with a service token of its own."""

from functools import partial
from typing import Any

from aiohttp import web

from chassis.errors import FieldError, Invalid, TooLarge
from chassis.ids import parse_id
from chassis.service_tokens import Grant
from chassis.tokens import bearer_token
from chassis.web.bodies import pieces
from chassis.web.forms import read_json
from chassis.web.routes import PRINCIPAL
from services.documents.model.document import Upload, describe
from services.documents.model.masking import MOST_BOXES, Box, fault_of
from services.documents.use_cases import Vault, access, forgetting, masking, reading, storing

_PARAMETERS = ("application", "type", "side")


async def authenticate(purpose: str, vault: Vault, request: web.Request) -> Grant:
    """The grant of the request's token. Raises Unauthenticated or Forbidden."""
    document = parse_id(request.match_info["id"])
    return await access.admit(vault, bearer_token(request), purpose, document)


#: An authenticator for each purpose that a token may have.
AUTHENTICATORS = {f"{purpose}_token": partial(authenticate, purpose) for purpose in ("put", "read", "mask", "delete")}

_SHARE = {"type": "number", "minimum": -2, "maximum": 2}
MASKS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["boxes"],
    "properties": {
        "boxes": {
            "description": "In fractions of width and height from the upper left corner; none: nothing to cover.",
            "type": "array",
            "maxItems": MOST_BOXES,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["x", "y", "width", "height"],
                "properties": {"x": _SHARE, "y": _SHARE, "width": _SHARE, "height": _SHARE},
            },
        }
    },
}
#: Why a caller may ask for a deletion: because it does, or because the image shows an individual number.
WHY = ("requested", forgetting.INDIVIDUAL_NUMBER)


async def put_document(vault: Vault, request: web.Request) -> web.Response:
    grant = _grant(request)
    upload = _upload(request, grant)
    if (request.content_length or 0) > vault.policy.limits.upload_bytes:
        raise TooLarge
    # Whoever calls waits for somebody else, and gives up first.
    body = pieces(request, vault.policy.limits.upload_bytes, patience=2)
    document = await storing.store_document(vault, grant, upload, body)
    return web.json_response(describe(document), status=201)


async def get_rendition(vault: Vault, request: web.Request) -> web.Response:
    jpeg = await reading.read_rendition(vault, _grant(request), request.match_info["rendition"])
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="document.jpg"'}
    return web.Response(body=jpeg, content_type="image/jpeg", headers=headers)


async def post_masks(vault: Vault, request: web.Request) -> web.Response:
    body = await read_json(request, MASKS)
    boxes = [Box(**each) for each in body["boxes"]]
    faults = [(number, fault) for number, box in enumerate(boxes) if (fault := fault_of(box))]
    if faults:
        raise Invalid([FieldError(f"boxes/{number}", fault) for number, fault in faults])
    document = await masking.mask_document(vault, _grant(request), boxes)
    return web.json_response(describe(document))


async def delete_document(vault: Vault, request: web.Request) -> web.Response:
    """`?why=individual_number` where the image shows one; else it is `requested`."""
    unknown = [FieldError(name[:100], "unknown_field") for name in dict.fromkeys(request.query) if name != "why"]
    why = request.query.getall("why", [WHY[0]])
    if unknown or len(why) > 1 or why[0] not in WHY:
        raise Invalid(unknown or [FieldError("why", "invalid")])
    await forgetting.delete_document(vault, _grant(request), why[0])
    return web.Response(status=204)


def _grant(request: web.Request) -> Grant:
    grant = request[PRINCIPAL]
    assert isinstance(grant, Grant)
    return grant


def _upload(request: web.Request, grant: Grant) -> Upload:
    query = request.query
    errors = [FieldError(name[:100], "unknown_field") for name in dict.fromkeys(query) if name not in _PARAMETERS]
    for name in _PARAMETERS:
        given = len(query.getall(name, []))
        if given != 1:
            errors.append(FieldError(name, "invalid" if given else "required"))
    application = parse_id(query.get("application", ""))
    if application is None and len(query.getall("application", [])) == 1:
        errors.append(FieldError("application", "invalid"))
    if errors or application is None:
        raise Invalid(errors)
    return Upload(grant.resource, application, query["type"], query["side"])
