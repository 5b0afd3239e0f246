"""The one call to another service: images from documents, with a token of its own for each call."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

import aiohttp

from chassis.clock import Clock
from chassis.errors import NotFound, Unavailable
from chassis.service_tokens import sign

RENDITIONS = ("reading", "screen", "thumbnail")
_CHUNK = 64 * 1024


class DocumentsClient:
    """Talks to documents at `url`, signing with review's own key. Close the HTTP session with the service."""

    def __init__(self, http: aiohttp.ClientSession, url: str, key: bytes, now: Clock) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key
        self._now = now

    @asynccontextmanager
    async def rendition(
        self, document_id: UUID, application_id: UUID, rendition: str, staff_id: UUID
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of one rendition. Raises NotFound where there is none (any more), Unavailable where nobody answers.

        What fails after the first byte is a cut answer: the caller's own stream must end without success.
        """
        address = f"{self._url}/internal/v1/documents/{document_id}/renditions/{rendition}"
        try:
            response = await self._http.get(address, headers=self._headers(document_id, application_id, staff_id))
        except (aiohttp.ClientError, TimeoutError):
            raise Unavailable("documents_away") from None
        async with response:
            if response.status == 404:
                raise NotFound
            if response.status != 200:
                raise Unavailable("documents_away")
            yield response.content.iter_chunked(_CHUNK)

    def _headers(self, document_id: UUID, application_id: UUID, staff_id: UUID) -> Mapping[str, str]:
        token = sign(
            self._key,
            "documents",
            self._now(),
            caller="review",
            purpose="read",
            actor=f"staff:{staff_id}",
            resource=document_id,
            owner=application_id,
        )
        return {"Authorization": f"Bearer {token}"}
