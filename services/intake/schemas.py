"""JSON bodies of the API. Lengths are generous: what is too long for its field is explained by the rules, not here."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.intake.model.forms import CHANGEABLE, SETTLED

_LONG = 100_000
BOOLEANS = ("consent", "expiry_notice")
_STRING: Mapping[str, Any] = {"type": "string", "maxLength": _LONG}
_OPTIONAL: Mapping[str, Any] = {"type": ["string", "null"], "maxLength": _LONG}


def _object(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


_REQUIRED = (
    "kind",
    "name",
    "birth_date",
    "postal_code",
    "address",
    "phone",
    "email",
    "password",
    "category",
    "pickup_branch",
    "hold_contact",
    "language",
)
_WHERE_NEEDED = (
    "card_number",
    "kana",
    "guardian_name",
    "guardian_relation",
    "organisation_name",
    "organisation_address",
    "filled_by",
)

APPLICATION = _object(
    {
        **dict.fromkeys(_REQUIRED, _STRING),
        **dict.fromkeys(_WHERE_NEEDED, _OPTIONAL),
        "consent": {"type": "boolean"},
        "expiry_notice": {
            "type": "boolean",
            "description": "Whether the person wants a mail before the card expires. Left out: no.",
        },
        "extra": {"type": ["object", "null"]},
    },
    [*_REQUIRED, "consent"],
)

SESSION = _object(
    {
        "email": _STRING,
        "password": _STRING,
        "application": {**_STRING, "description": "The id or the receipt number."},
        "proof": {
            **_OPTIONAL,
            "description": "From the mailed link; shows that the e-mail address is the applicant's.",
        },
    },
    ["email", "password", "application"],
)

PASSWORD_RESET = _object(
    {
        "email": _STRING,
        "application": {**_OPTIONAL, "description": "The id or the receipt number; left out: each of the address."},
    },
    ["email"],
)

CONTACT = _object({"email": _STRING, "password": _STRING}, ["email", "password"])

PREFERENCES: Mapping[str, Any] = {
    **_object(
        {
            "language": {**_STRING, "description": "The language of the mails, a code of the library's policy."},
            "expiry_notice": {
                "type": "boolean",
                "description": "Whether the person wants a mail before the card expires.",
            },
        },
        [],
    ),
    "minProperties": 1,
}

CHANGE = _object(
    {
        "version": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        **dict.fromkeys(CHANGEABLE, _OPTIONAL),
        # Named so that they are refused as not open, not as unknown.
        **{name: {} for name in SETTLED},
    },
    ["version"],
)
