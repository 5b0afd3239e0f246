"""Every route is in the OpenAPI document and says who may call it and what keeps other sites from calling it."""

import importlib
import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from chassis.service import Service, openapi_document
from chassis.web.routes import CSRF_FORM, CSRF_NONE, PUBLIC, Route
from contracts import SERVICES

#: What nobody needs to be signed in for. Anything added here is a decision.
PUBLIC_ROUTES = {
    "intake": {
        "GET /",
        "GET /apply",
        "POST /apply",
        "GET /apply/confirm",
        "POST /apply/register",
        "GET /apply/done",
        "POST /apply/resend",
        "GET /apply/email",
        "POST /apply/email",
        "POST /apply/forget",
        "GET /password-resets",
        "POST /password-resets",
        "GET /password-resets/sent",
        "GET /password/{application}/{token}",
        "POST /password/{application}/{token}",
        "GET /erased",
        "GET /handover/{token}",
        "POST /handover/{token}",
        "GET /handed-over",
        "GET /sign-in",
        "POST /sign-in",
        "POST /sign-out",
        "GET /continue/{application}",
        "GET /continue/{application}/{proof}",
        "GET /link-requests",
        "POST /link-requests",
        "POST /api/v1/applications",
        "POST /api/v1/sessions",
        "POST /api/v1/password-resets",
    },
    "documents": set(),
    "review": {"GET /", "GET /sign-in", "POST /sign-in", "POST /sign-out", "POST /api/v1/sessions"},
    "notifier": set(),
}
READS = ("GET", "HEAD")


def _service(name: str) -> Service[Any, Any]:
    service: Service[Any, Any] = importlib.import_module(f"services.{name}.app").SERVICE
    return service


def _routes() -> list[tuple[str, Route[Any]]]:
    return [(name, route) for name in SERVICES for route in _service(name).routes]


@pytest.mark.parametrize("name", SERVICES)
def test_the_openapi_document_is_valid_and_names_every_route(name: str) -> None:
    document = openapi_document(_service(name))
    validate(document)
    documented = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = {(r.method, re.sub(r"\{(\w+):[^{}]*\}", r"{\1}", r.path)) for r in _service(name).routes}
    assert served <= documented


@pytest.mark.parametrize("name", SERVICES)
def test_every_authenticator_that_a_route_names_exists(name: str) -> None:
    service = _service(name)
    assert {route.auth for route in service.routes} - {PUBLIC} == set(service.authenticators)


def test_every_page_that_takes_a_form_checks_its_token() -> None:
    pages = [(name, r) for name, r in _routes() if not r.path.startswith(("/api/", "/internal/"))]
    unprotected = {f"{name} {r.method} {r.path}" for name, r in pages if r.method not in READS and r.csrf != CSRF_FORM}
    assert unprotected == set()


def test_no_api_route_is_protected_by_a_form_token_as_none_reads_a_cookie() -> None:
    api = [r for _, r in _routes() if r.path.startswith(("/api/", "/internal/"))]
    assert {r.csrf for r in api} == {CSRF_NONE}


@pytest.mark.parametrize("name", ["documents", "review", "notifier"])
def test_only_the_named_routes_are_open_to_everybody(name: str) -> None:
    open_routes = {f"{r.method} {r.path}" for r in _service(name).routes if r.auth == PUBLIC}
    assert open_routes == PUBLIC_ROUTES[name]


def test_intakes_api_is_open_just_for_applying_and_signing_in() -> None:
    open_routes = {f"{r.method} {r.path}" for r in _service("intake").routes if r.auth == PUBLIC}
    assert {r for r in open_routes if " /api/" in r} == {r for r in PUBLIC_ROUTES["intake"] if " /api/" in r}
