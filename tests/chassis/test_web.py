"""What every service does with a request, shown on an invented service."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from chassis.errors import Conflict, Unauthenticated
from chassis.service import Chassis, Service, openapi_document
from chassis.testing import MovableClock, started
from chassis.web.forms import read_form, read_json
from chassis.web.routes import CSRF_FORM, CSRF_NONE, PUBLIC, Route
from chassis.web.templates import ENVIRONMENT
from contracts import ENVELOPE
from tests.chassis.conftest import CONTRACTS

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": {"type": "string", "maxLength": 5}, "tags": {"type": "array", "items": {"type": "string"}}},
}
Client = TestClient[Any, Any]


async def _form_page(_context: None, request: web.Request) -> web.Response:
    template = request.app[ENVIRONMENT].from_string("{{ csrf_field() }}")
    return web.Response(text=template.render(request=request), content_type="text/html")


async def _post_form(_context: None, request: web.Request) -> web.Response:
    return web.Response(text=str(sorted((await read_form(request)).keys())))


async def _post_json(_context: None, request: web.Request) -> web.Response:
    return web.json_response(await read_json(request, SCHEMA))


async def _conflict(_context: None, _request: web.Request) -> web.Response:
    raise Conflict("stale_version")


async def _bug(_context: None, _request: web.Request) -> web.Response:
    raise RuntimeError("山田太郎")


async def _nobody(_context: None, _request: web.Request) -> object:
    raise Unauthenticated


@asynccontextmanager
async def _start(_chassis: Chassis, _own: None) -> AsyncIterator[None]:
    yield None


SERVICE: Service[None, None] = Service(
    name="sender",
    title="Sender",
    folder=Path(__file__).parent,
    contracts=CONTRACTS,
    envelope=ENVELOPE,
    settings=lambda _env: None,
    start=_start,
    authenticators={"nobody": _nobody},
    routes=[
        Route("GET", "/form", _form_page, PUBLIC, CSRF_NONE, "A form"),
        Route("POST", "/form", _post_form, PUBLIC, CSRF_FORM, "Send it"),
        Route("POST", "/api/thing", _post_json, PUBLIC, CSRF_NONE, "A thing", body=SCHEMA),
        Route("GET", "/api/conflict", _conflict, PUBLIC, CSRF_NONE, "Conflict"),
        Route("GET", "/api/bug", _bug, PUBLIC, CSRF_NONE, "A bug"),
        Route("GET", "/api/secret", _post_json, "nobody", CSRF_NONE, "Not for you"),
    ],
)


@pytest.fixture
async def client(blank_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Client]:
    async with started(SERVICE, None, await blank_database(), MovableClock()) as (_, client):
        yield client


async def _token(client: Client) -> str:
    page = await (await client.get("/form")).text()
    [token] = re.findall(r'value="([^"]+)"', page)
    return str(token)


async def test_a_form_with_its_token_is_taken(client: Client) -> None:
    answer = await client.post("/form", data={"csrf_token": await _token(client), "お名前": "山田"})
    assert (answer.status, await answer.text()) == (200, "['csrf_token', 'お名前']")


async def test_every_answer_has_its_own_token(client: Client) -> None:
    assert await _token(client) != await _token(client)


async def test_a_form_without_a_token_is_refused(client: Client) -> None:
    await _token(client)
    answer = await client.post("/form", data={"name": "x"})
    assert (answer.status, (await answer.json())["code"]) == (403, "csrf")


@pytest.mark.parametrize("token", ["", "x", "AAAA", "=" * 40, "é" * 10])
async def test_a_made_up_token_is_refused(client: Client, token: str) -> None:
    await _token(client)
    assert (await client.post("/form", data={"csrf_token": token})).status == 403


async def test_another_browsers_token_is_refused(client: Client) -> None:
    token = await _token(client)
    client.session.cookie_jar.clear()
    await _token(client)
    assert (await client.post("/form", data={"csrf_token": token})).status == 403


async def test_a_form_sent_from_another_site_is_refused(client: Client) -> None:
    data = {"csrf_token": await _token(client)}
    assert (await client.post("/form", data=data, headers={"Sec-Fetch-Site": "cross-site"})).status == 403


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"a=%FF", 400, "not_utf8"),
        (b"a=\xff", 400, "not_utf8"),
        (b"a=%00", 422, "invalid"),
        (b"a=%ED%A0%80", 400, "not_utf8"),
        (b"a=" + b"x" * 5_000_000, 413, "too_large"),
        (b"&".join(b"a%d=1" % n for n in range(600)), 400, "too_many_fields"),
    ],
)
async def test_a_form_that_cannot_be_read_has_a_clear_answer(
    client: Client, body: bytes, status: int, code: str
) -> None:
    await _token(client)
    answer = await client.post("/form", data=BytesIO(body), headers=FORM)
    assert (answer.status, (await answer.json())["code"]) == (status, code)


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b'"text"', 400, "object_expected"),
        (b'{"name": "\xff"}', 400, "not_utf8"),
        (b'{"name": "' + b"x" * 5_000_000 + b'"}', 413, "too_large"),
        (b"{}", 422, "invalid"),
    ],
)
async def test_json_that_cannot_be_read_has_a_clear_answer(client: Client, body: bytes, status: int, code: str) -> None:
    answer = await client.post("/api/thing", data=BytesIO(body), headers=JSON)
    assert (answer.status, (await answer.json())["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b"{}", [("name", "required")]),
        (b'{"name": 1}', [("name", "wrong_type")]),
        (b'{"name": "abcdef"}', [("name", "too_long")]),
        (b'{"name": "a", "role": "admin"}', [("role", "unknown_field")]),
        (b'{"name": "a", "tags": ["b", null]}', [("tags/1", "wrong_type")]),
        (b'{"name": "a\\u0000"}', [("name", "invalid_character")]),
        (b'{"name": "\\ud800"}', [("name", "invalid_character")]),
    ],
)
async def test_json_that_is_wrong_names_each_field(client: Client, body: bytes, errors: list[tuple[str, str]]) -> None:
    answer = await client.post("/api/thing", data=BytesIO(body), headers=JSON)
    assert [(error["field"], error["code"]) for error in (await answer.json())["errors"]] == errors


async def test_a_refusal_is_problem_json(client: Client) -> None:
    answer = await client.get("/api/conflict")
    expected = {"type": "about:blank", "title": "Conflict", "status": 409, "code": "stale_version"}
    assert (answer.content_type, await answer.json()) == ("application/problem+json", expected)


async def test_a_bug_tells_the_caller_nothing_and_the_log_no_values(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/api/bug")
    assert (answer.status, (await answer.json())["code"]) == (500, "internal")
    assert "山田太郎" not in await answer.text()


async def test_unknown_paths_and_methods_have_clear_answers(client: Client) -> None:
    statuses = [(await client.get("/api/nothing")).status, (await client.delete("/form")).status]
    assert statuses == [404, 405]


async def test_who_is_not_signed_in_is_told_so(client: Client) -> None:
    assert (await client.get("/api/secret")).status == 401


async def test_every_answer_carries_the_headers_that_protect_it(client: Client) -> None:
    headers = (await client.get("/form")).headers
    assert {name: headers[name] for name in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy")} == {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")


@pytest.mark.parametrize("path", ["/static/chassis/../service.py", "/static/sender/x", "/static/x/base.css"])
async def test_only_static_files_are_served(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_static_files_are_cached_for_good(client: Client) -> None:
    answer = await client.get("/static/chassis/base.css")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


@pytest.mark.parametrize(
    ("name", "type_"), [("base.css", "text/css"), ("once.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
)
async def test_a_static_file_says_what_it_is(client: Client, name: str, type_: str) -> None:
    # The pages forbid browsers to guess.
    assert (await client.get(f"/static/chassis/{name}")).headers["Content-Type"] == type_


async def test_readiness_names_the_migrations_that_are_missing(blank_database: Callable[[], Awaitable[str]]) -> None:
    from chassis.health import checks
    from chassis.service import MIGRATIONS
    from chassis.testing import open_database

    async with open_database("sender", await blank_database(), CONTRACTS, ENVELOPE, MovableClock()) as db:
        missing = "migrations missing: chassis/0001_outbox_inbox.sql, chassis/0002_erased_subjects.sql"
        assert await checks(db, [MIGRATIONS], [])["database"]() == missing


def test_the_openapi_document_states_each_routes_rules() -> None:
    operation = openapi_document(SERVICE)["paths"]["/api/secret"]["get"]
    assert (operation["security"], operation["x-csrf"]) == ([{"nobody": []}], "none")
