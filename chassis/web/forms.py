"""Reading what a browser or a program sent: strict about form, never a 500."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
from aiohttp import web
from multidict import MultiDict

from chassis.errors import FieldError, Invalid, Malformed, TooLarge, Unsupported
from chassis.web.languages import gettext

#: Larger forms and JSON bodies are refused before they are read.
MAX_BODY = 256 * 1024
_FORM: web.RequestKey[MultiDict[str]] = web.RequestKey("form", MultiDict)
_BODY: web.RequestKey[bytes] = web.RequestKey("body", bytes)


async def read_form(request: web.Request) -> MultiDict[str]:
    """The fields of an urlencoded form. Raises Unsupported, TooLarge or Malformed (not UTF-8, too many fields)."""
    if _FORM in request:
        return request[_FORM]
    if request.content_type != "application/x-www-form-urlencoded":
        raise Unsupported("form_expected")
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=500
        )
    except UnicodeDecodeError:
        raise Malformed("not_utf8", gettext("送られた文字を読み取れませんでした。")) from None
    except ValueError:
        raise Malformed("too_many_fields", gettext("送られた項目が多すぎます。")) from None
    form = MultiDict(pairs)
    _refuse_unstorable(form)
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
    """A JSON object that keeps to `schema`.

    Raises Malformed where it is not JSON in UTF-8, and Invalid naming every field that breaks the schema: `required`,
    `unknown_field`, `wrong_type`, `too_long`, `invalid`.
    """
    if request.content_type != "application/json":
        raise Unsupported("json_expected")
    body = await read_body(request)
    try:
        value = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    except (ValueError, RecursionError):
        raise Malformed("not_json") from None
    if not isinstance(value, dict):
        raise Malformed("object_expected")
    _refuse_unstorable(value)
    errors = list(schema_errors(schema, value))
    if errors:
        raise Invalid(errors)
    return value


async def read_body(request: web.Request) -> bytes:
    """The whole body, the same when it is read again. Raises TooLarge beyond MAX_BODY."""
    if _BODY in request:
        return request[_BODY]
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge
    request[_BODY] = bytes(body)
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


def _refuse_unstorable(value: Any, path: str = "") -> None:
    """NUL and lone surrogates are text that no database and no mail can hold."""
    if isinstance(value, str):
        if "\0" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise Invalid([FieldError(path, "invalid_character", gettext("使えない文字が含まれています。"))])
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unstorable(key, path)
            _refuse_unstorable(item, f"{path}/{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_unstorable(item, f"{path}/{index}")
