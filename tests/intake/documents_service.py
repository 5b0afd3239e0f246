"""A small server that keeps the documented contract of documents' HTTP face, for intake's tests."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis import service_tokens
from chassis.clock import Clock
from chassis.service_tokens import Grant
from chassis.tokens import bearer_token

KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(b64decode(KEY)).public_key().public_bytes_raw()


@dataclass
class DocumentsService:
    """What it keeps, what it was asked, and how it shall behave."""

    now: Clock
    url: str = ""
    images: dict[UUID, bytes] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    #: (status, code) for every PUT.
    refuse: tuple[int, str] | None = None
    #: What it says beside that code.
    also: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ("glare",)
    #: Keep the image, then break the connection: the answer is lost.
    lose_answer: bool = False
    #: Set to let a waiting PUT answer.
    go_on: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def grant(self, request: web.Request, purpose: str) -> Grant:
        grant = service_tokens.verify(bearer_token(request) or "", {"intake": PUBLIC_KEY}, "documents", self.now())
        assert grant.purpose == purpose
        assert str(grant.resource) == request.match_info["id"]
        self.grants.append(grant)
        return grant

    async def put(self, request: web.Request) -> web.StreamResponse:
        grant = self.grant(request, "put")
        assert request.query["application"] == str(grant.owner)
        body = await request.read()
        self.arrived.set()
        if self.go_on:
            await self.go_on.wait()
        if self.refuse:
            status, code = self.refuse
            return _problem(status, code, *self.also)
        self.images[grant.resource] = body
        if self.lose_answer:
            assert request.transport is not None
            request.transport.close()
        answer = {
            "id": request.match_info["id"],
            "type": request.query["type"],
            "side": request.query["side"],
            "width": 2016,
            "height": 1512,
            "bytes": len(body),
            "warnings": list(self.warnings),
            "mask": "none",
        }
        return web.json_response(answer, status=201)

    async def get(self, request: web.Request) -> web.StreamResponse:
        grant = self.grant(request, "read")
        if self.refuse:
            status, code = self.refuse
            return _problem(status, code)
        if grant.resource not in self.images:
            return _problem(404, "not_found")
        return web.Response(body=b"jpeg " + self.images[grant.resource], content_type="image/jpeg")

    async def delete(self, request: web.Request) -> web.StreamResponse:
        grant = self.grant(request, "delete")
        if self.refuse:
            status, code = self.refuse
            return _problem(status, code)
        self.images.pop(grant.resource, None)
        return web.Response(status=204)


@asynccontextmanager
async def documents_service(now: Clock) -> AsyncIterator[DocumentsService]:
    """The service, on a free port."""
    service = DocumentsService(now)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_put("/internal/v1/documents/{id}", service.put)
    app.router.add_get("/internal/v1/documents/{id}/renditions/{rendition}", service.get)
    app.router.add_delete("/internal/v1/documents/{id}", service.delete)
    async with TestServer(app) as server:
        service.url = f"http://127.0.0.1:{server.port}"
        yield service


def _problem(status: int, code: str, *also: str) -> web.Response:
    body = {"type": "about:blank", "title": code, "status": status, "code": code}
    body["errors"] = [{"field": "image", "code": each, "message": ""} for each in (code, *also)]
    return web.json_response(body, status=status, content_type="application/problem+json")
