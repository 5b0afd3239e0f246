"""The OpenAPI document, made from the same list of routes that is served: it cannot differ."""

import re
from collections.abc import Sequence
from typing import Any

from chassis.web.routes import PUBLIC, Route

_PARAMETER = re.compile(r"\{(\w+)(?::[^{}]*)?\}")


def document(title: str, routes: Sequence[Route[Any]]) -> dict[str, Any]:
    """OpenAPI 3.1 for `routes`; `x-csrf` states the rule that keeps other sites from calling a route."""
    paths: dict[str, dict[str, Any]] = {}
    schemes: set[str] = set()
    for route in routes:
        operation: dict[str, Any] = {
            "summary": route.summary,
            "operationId": f"{route.method.lower()}{re.sub(r'[^a-zA-Z0-9]+', '_', route.path)}".rstrip("_"),
            "security": [] if route.auth == PUBLIC else [{route.auth: []}],
            "x-csrf": route.csrf,
            "x-acts-on": route.acts_on,
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in _PARAMETER.findall(route.path)
            ],
            "responses": {
                "default": {"description": "A problem (RFC 9457), or a readable page"},
                "2XX": {"description": "Done"},
            },
        }
        if route.auth != PUBLIC:
            schemes.add(route.auth)
        if route.body is not None:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
        paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {name: {"type": "http", "scheme": "bearer"} for name in sorted(schemes)}},
    }
