"""The calls to another service: images from documents, and what destroys parts of them, each with a token of its own."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import aiohttp

from chassis.clock import Clock
from chassis.errors import Conflict, NotFound, Unavailable
from chassis.service_tokens import sign
from services.review.model.masks import Box

RENDITIONS = ("reading", "screen", "thumbnail")
#: Connecting, and the whole answer, in seconds.
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=3)


@dataclass(frozen=True)
class Grant:
    """What one call asks for, and on whose behalf."""

    purpose: str
    document: UUID
    application: UUID
    staff: UUID


class DocumentsClient:
    """Talks to documents at `url`, signing with review's own key. Its HTTP session is the owner's to close."""

    def __init__(self, http: aiohttp.ClientSession, url: str, key: bytes, now: Clock) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key
        self._now = now

    async def rendition(self, document_id: UUID, application_id: UUID, rendition: str, staff_id: UUID) -> bytes:
        """One rendition, a JPEG. Raises NotFound where there is none (any more), Unavailable where nobody answers
        or the answer is cut short."""
        grant = Grant("read", document_id, application_id, staff_id)
        return await self._call("GET", grant, f"/renditions/{rendition}", (200,))

    async def mask(self, document_id: UUID, application_id: UUID, boxes: Sequence[Box], staff_id: UUID) -> None:
        """Cover the boxes for good; without any: there is nothing to cover.

        Raises NotFound, Conflict (`changed`: somebody masks it at this moment) and Unavailable.
        """
        grant = Grant("mask", document_id, application_id, staff_id)
        await self._call("POST", grant, "/masks", (200,), {"boxes": [asdict(box) for box in boxes]})

    async def destroy(self, document_id: UUID, application_id: UUID, why: str, staff_id: UUID) -> None:
        """Destroy the image at once; one that is gone is gone. Raises Unavailable."""
        grant = Grant("delete", document_id, application_id, staff_id)
        await self._call("DELETE", grant, f"?why={why}", (204, 404))

    async def _call(self, method: str, grant: Grant, path: str, expected: tuple[int, ...], body: Any = None) -> bytes:
        address = f"{self._url}/internal/v1/documents/{grant.document}{path}"
        token = sign(
            self._key,
            "documents",
            self._now(),
            caller="review",
            purpose=grant.purpose,
            actor=f"staff:{grant.staff}",
            resource=grant.document,
            owner=grant.application,
        )
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with self._http.request(
                method, address, json=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status in expected:
                    return await response.read()
                if response.status == 404:
                    raise NotFound
                if response.status == 409:
                    raise Conflict("changed")
                raise Unavailable("documents_away")
        except (aiohttp.ClientError, TimeoutError):
            raise Unavailable("documents_away") from None
