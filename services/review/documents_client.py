"""The one call to another service: images from documents, with a token of its own for each call."""

from uuid import UUID

import aiohttp

from chassis.clock import Clock
from chassis.errors import NotFound, Unavailable
from chassis.service_tokens import sign

RENDITIONS = ("reading", "screen", "thumbnail")
#: Connecting, and the whole answer, in seconds.
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=3)


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
        address = f"{self._url}/internal/v1/documents/{document_id}/renditions/{rendition}"
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
        try:
            async with self._http.get(
                address, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status == 404:
                    raise NotFound
                if response.status != 200:
                    raise Unavailable("documents_away")
                return await response.read()
        except (aiohttp.ClientError, TimeoutError):
            raise Unavailable("documents_away") from None
