"""Reading what a browser or a program sent: strict about form, never a 500."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
from aiohttp import web
from multidict import MultiDict

from chassis.errors import FieldError, Invalid, Malformed, TooLarge, Unsupported
from chassis.unseen import clean
from chassis.web.bodies import pieces
from chassis.web.cleaning import has_too_many_marks
from chassis.web.languages import gettext

#: Larger forms and JSON bodies are refused before they are read.
MAX_BODY = 256 * 1024
#: Fields of a form, or of one object. No form of ours has a hundred.
MOST_FIELDS = 500
#: Values of a JSON body.
MOST_VALUES = 10_000
#: Characters of one field that are read. The longest that any page of ours takes is a tenth of it: what is longer is cut
#: here, and refused by the rule of its own field, beside it.
LONGEST_FIELD = 10_000
#: Of a body that is wrong in every place the first places are named.
MOST_ERRORS = 50
_FORM: web.RequestKey[MultiDict[str]] = web.RequestKey("form", MultiDict)
_BODY: web.RequestKey[bytes] = web.RequestKey("body", bytes)


async def read_form(request: web.Request) -> MultiDict[str]:
    """The fields of an urlencoded form, `clean`.

    Raises Unsupported, TooLarge, Malformed (not UTF-8, too many fields) or Invalid (`invalid_character`,
    `too_many_marks`).
    """
    if _FORM in request:
        return request[_FORM]
    if request.content_type != "application/x-www-form-urlencoded":
        raise Unsupported("form_expected")
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise Malformed("not_utf8", gettext("送られた文字を読み取れませんでした。")) from None
    except ValueError:
        raise _too_many_fields() from None
    form = MultiDict((_readable(name, ""), _readable(text, name)) for name, text in pairs)
    request[_FORM] = form
    return form


async def sent_along(request: web.Request, field: str, header: str) -> str | None:
    """What our pages send along with whatever they send: in a header, a field or, where the body is streamed by its
    handler, the query."""
    given = request.headers.get(header)
    if given is None and request.content_type == "application/x-www-form-urlencoded":
        given = (await read_form(request)).get(field)
    return request.query.get(field) if given is None else given


async def read_json(request: web.Request, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object that keeps to `schema`, its texts `clean`.

    Raises Malformed where it is not JSON in UTF-8 or names a key twice, and Invalid naming the fields that break the
    schema: `required`, `unknown_field`, `wrong_type`, `too_long`, `invalid`; or hold what cannot be kept:
    `invalid_character`, `too_many_marks`.
    """
    if request.content_type != "application/json":
        raise Unsupported("json_expected")
    body = await read_body(request)
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object)
        if sum(body.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
            raise Malformed("too_many_values")
        value = _all_readable(value, "")
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    except (ValueError, RecursionError):
        raise Malformed("not_json") from None
    if not isinstance(value, dict):
        raise Malformed("object_expected")
    errors = list(islice(schema_errors(schema, value), MOST_ERRORS))
    if errors:
        raise Invalid(errors)
    return value


async def read_body(request: web.Request) -> bytes:
    """The whole body, the same when it is read again. Raises as `pieces` does, TooLarge beyond MAX_BODY."""
    if _BODY in request:
        return request[_BODY]
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge
    request[_BODY] = b"".join([piece async for piece in pieces(request, MAX_BODY)])
    return request[_BODY]


_CODES = {
    "required": "required",
    "additionalProperties": "unknown_field",
    "type": "wrong_type",
    "maxLength": "too_long",
}


def schema_errors(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[FieldError]:
    """Every way in which `value` breaks `schema`, by field."""
    properties = schema.get("properties", {})
    for name in sorted(set(value) - set(properties)) if schema.get("additionalProperties") is False else []:
        yield FieldError(name[:100], "unknown_field")
    for name in schema.get("required", []):
        if name not in value:
            yield FieldError(name, "required")
    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    for error in validator.iter_errors(dict(value)):
        if error.instance_path:
            keyword = next((str(step) for step in reversed(error.schema_path) if isinstance(step, str)), "")
            yield FieldError("/".join(map(str, error.instance_path)), _CODES.get(keyword, "invalid"))


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values of one key is meant, every reader decides differently."""
    if len(pairs) > MOST_FIELDS:
        raise _too_many_fields()
    value = {clean(key): item for key, item in pairs}
    if len(value) < len(pairs):
        raise Malformed("duplicate_key")
    return value


def _all_readable(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return _readable(value, path)
    if isinstance(value, Mapping):
        return {
            _readable(key, path): _all_readable(item, f"{path}/{key}" if path else key) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_all_readable(item, f"{path}/{index}") for index, item in enumerate(value)]
    return value


def _readable(text: str, field: str) -> str:
    """The text `clean`. NUL and lone surrogates are text that no database and no mail can hold."""
    text = clean(text[: LONGEST_FIELD + 1])
    if "\0" in text or (not text.isascii() and _has_surrogates(text)):
        raise _invalid(field, "invalid_character", gettext("使えない文字が含まれています。"))
    if has_too_many_marks(text):
        raise _invalid(
            field,
            "too_many_marks",
            gettext("1つの文字に、記号がたくさん重なっています。記号を消して、入力し直してください。"),
        )
    return text


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid([FieldError(field[:100], code, message)])


def _too_many_fields() -> Malformed:
    return Malformed("too_many_fields", gettext("送られた項目が多すぎます。"))
