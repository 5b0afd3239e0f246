"""The bodies that the API takes; what is not named here is refused."""

from collections.abc import Mapping
from typing import Any

from services.review.model.decisions import SAME_AS

_UUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
Schema = Mapping[str, Any]


def _object(required: list[str], properties: Mapping[str, Any]) -> Schema:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _text(most: int) -> Schema:
    return {"type": "string", "maxLength": most}


def _maybe(most: int) -> Schema:
    return {"type": ["string", "null"], "maxLength": most}


def _list(item: Schema) -> Schema:
    return {"type": "array", "maxItems": 50, "items": item}


SESSION = _object(["username", "password"], {"username": _text(200), "password": _text(1000)})

_ID = {"type": "string", "pattern": _UUID}
_REASON = _object(["item", "code"], {"item": _text(100), "code": _text(64), "note": _maybe(400)})
_AMENDMENT = _object(["field", "value", "reason"], {"field": _text(64), "value": _text(1000), "reason": _text(200)})
_VERDICT = _object(["candidate", "verdict"], {"candidate": _ID, "verdict": _text(64)})
_SAME_AS = {
    **_object(["registration", "as"], {"registration": _ID, "as": {"enum": list(SAME_AS)}}),
    "type": ["object", "null"],
}

DECISION = _object(
    ["version", "decision"],
    {
        "version": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "decision": {"enum": ["approve", "correct", "reject"]},
        "reasons": _list(_REASON),
        "amendments": _list(_AMENDMENT),
        "verdicts": _list(_VERDICT),
        "card_number": _maybe(64),
        "note": _maybe(400),
        "same_as": _SAME_AS,
    },
)

_SHARE = {"type": "number"}
#: In fractions of width and height from the upper left corner; none: there is nothing to cover.
MASKS = _object(
    ["boxes"],
    {"boxes": _list(_object(["x", "y", "width", "height"], dict.fromkeys(("x", "y", "width", "height"), _SHARE)))},
)
