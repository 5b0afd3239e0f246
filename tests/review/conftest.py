"""Review on a real database, with a documents service that keeps the documented contract, and two reviewers."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.database import Database
from chassis.errors import Unauthenticated
from chassis.events import Event
from chassis.service_tokens import Grant, verify
from chassis.testing import MovableClock, deliver, recorded_events, started
from services.review import use_cases
from services.review.app import HANDLERS, SERVICE, ReviewSettings
from services.review.model import Case, CaseView, Staff
from services.review.use_cases import Review
from tests.review import samples

FromService = Callable[[str], Awaitable[str]]
LIBRARY = Path(__file__).parents[2] / "config" / "library.toml"
SEED = secrets.token_bytes(32)
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
PASSWORD = "mihon-no-aikotoba"
#: From where staff ask.
ADDRESS = "192.0.2.1"


@dataclass
class Vault:
    """Plays documents: what it has, what it was allowed, and how it answers."""

    clock: MovableClock
    images: dict[UUID, bytes] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    status: int = 200
    hang_up: bool = False
    #: What was asked besides looking: the query of a deletion, the body of a mask.
    asked: list[Any] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        try:
            grant = verify(token, {"review": PUBLIC_KEY}, "documents", self.clock())
        except Unauthenticated:
            return web.Response(status=401)
        self.grants.append(grant)
        self.paths.append(request.path)
        if self.hang_up:
            assert request.transport is not None
            request.transport.close()
        document = UUID(request.match_info["id"])
        if self.status != 200:
            return web.Response(status=self.status)
        if document not in self.images or grant.resource != document:
            return web.Response(status=404)
        if request.method == "DELETE":
            self.asked.append(dict(request.query))
            del self.images[document]
            return web.Response(status=204)
        if request.method == "POST":
            self.asked.append(await request.json())
            return web.json_response({})
        return web.Response(body=self.images[document], content_type="image/jpeg")


@dataclass
class House:
    """The running service, and what a test says to it."""

    review: Review
    client: "TestClient[Any, Any]"
    clock: MovableClock
    vault: Vault
    settings: ReviewSettings
    database_url: str
    reviewer: Staff
    colleague: Staff

    @property
    def db(self) -> Database:
        return self.review.db

    async def hear(self, *events: Event) -> None:
        for event in events:
            await deliver(self.review, self.db, HANDLERS, event)

    async def case(self, **changed: Any) -> CaseView:
        """A case that waits; `changed` as samples.handed_over takes it."""
        event = samples.handed_over(**changed)
        await self.hear(event)
        return await self.of(event.subject)

    async def of(self, application_id: UUID) -> CaseView:
        """The case of this application."""
        async with self.db.connection() as conn:
            case_id = await conn.fetchval("SELECT id FROM cases WHERE application_id = $1", application_id)
        return await use_cases.get_case(self.review, case_id)

    async def claimed(self, staff: Staff | None = None, **changed: Any) -> Case:
        """A case that is the reviewer's."""
        view = await self.case(**changed)
        return await use_cases.claim(self.review, view.case.id, staff or self.reviewer)

    async def said(self) -> list[tuple[str, UUID, Any]]:
        """What review has said, in order: type, subject, data."""
        async with self.db.connection() as conn:
            return [(event.type, event.subject, event.data) for event in await recorded_events(conn)]

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.db.connection() as conn:
            return [dict(row) for row in await conn.fetch(sql, *arguments)]

    async def token(self, staff: Staff | None = None) -> str:
        name = (staff or self.reviewer).username
        return (await use_cases.sign_in(self.review, name, PASSWORD, ADDRESS)).token


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def vault(clock: MovableClock) -> AsyncIterator[tuple[Vault, str]]:
    playing = Vault(clock)
    app = web.Application()
    app.router.add_get("/internal/v1/documents/{id}/renditions/{rendition}", playing.answer)
    app.router.add_post("/internal/v1/documents/{id}/masks", playing.answer)
    app.router.add_delete("/internal/v1/documents/{id}", playing.answer)
    async with TestServer(app) as server:
        yield playing, str(server.make_url("/"))


@pytest.fixture
async def house(database_url: FromService, clock: MovableClock, vault: tuple[Vault, str]) -> AsyncIterator[House]:
    playing, documents_url = vault
    settings = ReviewSettings(str(LIBRARY), documents_url, SEED)
    url = await database_url("review")
    async with started(SERVICE, settings, url, clock) as (review, client):
        reviewer, colleague = await asyncio.gather(
            use_cases.add_staff(review, "hana", PASSWORD), use_cases.add_staff(review, "taro", PASSWORD)
        )
        yield House(review, client, clock, playing, settings, url, reviewer, colleague)
