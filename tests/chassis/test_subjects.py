"""A form acts on what its page was about, and on nothing else."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from chassis.errors import Conflict
from chassis.service import Service, openapi_document
from chassis.testing import MovableClock, started
from chassis.web.routes import CSRF_FORM, CSRF_NONE, NOTHING, PUBLIC, Route
from chassis.web.subjects import Subject, is_about
from chassis.web.templates import ENVIRONMENT
from contracts import ENVELOPE
from tests.chassis.conftest import CONTRACTS

Client = TestClient[Any, Any]
NOW = "one"


async def _page(_context: None, request: web.Request) -> web.Response:
    is_about(request, "book", Subject("one", 3, "第1巻 : α"))
    is_about(request, "shelf", Subject("top", 0))
    template = request.app[ENVIRONMENT].from_string("{{ csrf_field() }}<a href='?{{ form_query() }}'></a>")
    return web.Response(text=template.render(request=request), content_type="text/html")


async def _done(_context: None, _request: web.Request) -> web.Response:
    return web.Response(text="done")


async def _guard(_context: None, _request: web.Request, subject: Subject | None) -> None:
    if subject is None or subject.id != NOW:
        raise Conflict("another_book", repr(subject))


@asynccontextmanager
async def _start(_chassis: Any, _own: None) -> AsyncIterator[None]:
    yield None


SERVICE: Service[None, None] = Service(
    name="shelf",
    title="Shelf",
    folder=Path(__file__).parent,
    contracts=CONTRACTS,
    envelope=ENVELOPE,
    settings=lambda _env: None,
    start=_start,
    guards={"book": _guard, "shelf": _guard},
    routes=[
        Route("GET", "/page", _page, PUBLIC, CSRF_NONE, "A page"),
        Route("POST", "/book", _done, PUBLIC, CSRF_FORM, "Do it to the book", acts_on="book"),
        Route("POST", "/shelf", _done, PUBLIC, CSRF_FORM, "Do it to the shelf", acts_on="shelf"),
        Route("POST", "/any", _done, PUBLIC, CSRF_FORM, "Do it", acts_on=NOTHING),
    ],
)


@pytest.fixture
async def client(blank_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Client]:
    async with started(SERVICE, None, await blank_database(), MovableClock()) as (_, client):
        yield client


async def fields(client: Client) -> dict[str, str]:
    html = await (await client.get("/page")).text()
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))


async def query(client: Client) -> str:
    [found] = re.findall(r"href='(.*?)'", await (await client.get("/page")).text())
    return str(found).replace("&amp;", "&")


async def test_a_form_of_the_page_of_the_same_thing_is_taken(client: Client) -> None:
    assert (await client.post("/book", data=await fields(client))).status == 200


async def test_a_form_with_a_file_names_it_in_the_query_of_its_action(client: Client) -> None:
    with_file = await client.post(f"/book{await query(client)}", data={"file": BytesIO(b"bytes")})
    assert with_file.status == 200


async def test_a_script_names_it_in_a_header(client: Client) -> None:
    sent = await fields(client)
    headers = {"X-CSRF-Token": sent["csrf_token"], "X-Page-Of": sent["page_of"]}
    assert (await client.post("/book", json={}, headers=headers)).status == 200


async def test_the_guard_is_told_which_one_and_what_of_it_was_shown(client: Client) -> None:
    sent = await fields(client)
    answer = await client.post("/shelf", data=sent)
    assert (answer.status, (await answer.json())["detail"]) == (409, "Subject(id='top', version=0, label='')")
    other = sent | {"page_of": sent["page_of"].replace("book:one:3", "book:two:31")}
    answer = await client.post("/book", data=other)
    said = "Subject(id='two', version=31, label='第1巻 : α')"
    assert (answer.status, (await answer.json())["detail"]) == (409, said)


@pytest.mark.parametrize(
    "named", [None, "", "one", "book:one", "book:one:x:", "shelf:one:1:", "book:one:1:<", "book:one:-1:", "x" * 9999]
)
async def test_a_form_that_does_not_name_it_is_refused(client: Client, named: str | None) -> None:
    sent = {**await fields(client), "page_of": named}
    answer = await client.post("/book", data={name: value for name, value in sent.items() if value is not None})
    assert (answer.status, (await answer.json())["detail"]) == (409, "None")


async def test_what_acts_on_nothing_needs_to_name_nothing(client: Client) -> None:
    sent = await fields(client)
    assert (await client.post("/any", data={"csrf_token": sent["csrf_token"]})).status == 200


def test_the_openapi_document_says_what_a_route_acts_on() -> None:
    paths = openapi_document(SERVICE)["paths"]
    assert [paths[path]["post"]["x-acts-on"] for path in ("/book", "/shelf", "/any")] == ["book", "shelf", "nothing"]
