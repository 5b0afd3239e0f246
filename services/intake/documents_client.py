"""The way to documents, which alone keeps image bytes: a service token for each call, never a retry of a stream."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import structlog

from chassis import service_tokens
from chassis.clock import Clock
from chassis.errors import FieldError, Invalid, NotFound, TooLarge, Unavailable
from services.intake import messages
from services.intake.model.documents import StoredImage

log = structlog.get_logger()

#: Seconds. How slow an upload may be is for who reads it to say; everything else is quick.
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=60)
CALL_TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=3)
#: Documents is away. The first is its code, and the text where a photograph was to be kept; the other, to be seen.
_NOT_KEPT, _NOT_SHOWN = "documents_away", "photo_away"


@dataclass(frozen=True)
class DocumentsClient:
    """`key` is intake's Ed25519 seed, of which documents knows the public half."""

    session: aiohttp.ClientSession
    url: str
    key: bytes
    now: Clock

    async def store(
        self, id_: UUID, application_id: UUID, type_: str, side: str, body: AsyncIterator[bytes], length: int | None
    ) -> StoredImage:
        """Stream an image to documents.

        Raises Invalid or TooLarge where documents refuses it (then nothing is kept), Unavailable where it is away (then
        it may be kept: `document.stored` or the sweep will tell).
        """
        headers = self._headers("put", id_, application_id) | {"Content-Type": "application/octet-stream"}
        if length is not None:
            headers["Content-Length"] = str(length)
        query = {"application": str(application_id), "type": type_, "side": side}
        try:
            async with self.session.put(
                self._address(id_), params=query, data=body, headers=headers, timeout=UPLOAD_TIMEOUT
            ) as response:
                if response.status != 201:
                    raise await _problem(response)
                answer = await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _away(error) from error
        return StoredImage(answer["width"], answer["height"], tuple(answer["warnings"]), answer["mask"])

    async def rendition(self, id_: UUID, application_id: UUID, rendition: str) -> bytes:
        """A JPEG for viewing. Raises NotFound or Unavailable."""
        headers = self._headers("read", id_, application_id)
        try:
            async with self.session.get(
                f"{self._address(id_)}/renditions/{rendition}", headers=headers, timeout=CALL_TIMEOUT
            ) as response:
                if response.status != 200:
                    raise await _problem(response, _NOT_SHOWN)
                return await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _away(error, _NOT_SHOWN) from error

    async def delete(self, id_: UUID, application_id: UUID) -> None:
        """Delete the image; one that is not there is deleted. Raises Unavailable."""
        headers = self._headers("delete", id_, application_id)
        try:
            async with self.session.delete(self._address(id_), headers=headers, timeout=CALL_TIMEOUT) as response:
                if response.status not in (204, 404):
                    raise await _problem(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _away(error) from error

    def _address(self, id_: UUID) -> str:
        return f"{self.url}/internal/v1/documents/{id_}"

    def _headers(self, purpose: str, id_: UUID, application_id: UUID) -> dict[str, str]:
        token = service_tokens.sign(
            self.key,
            "documents",
            self.now(),
            caller="intake",
            purpose=purpose,
            actor=f"applicant:{application_id}",
            resource=id_,
            owner=application_id,
        )
        return {"Authorization": f"Bearer {token}"}


async def _problem(
    response: aiohttp.ClientResponse, away: str = _NOT_KEPT
) -> Invalid | TooLarge | NotFound | Unavailable:
    """What documents said, as the applicant gets it."""
    try:
        body = await response.json(content_type=None)
    except (ValueError, aiohttp.ClientError):
        body = None
    body = body if isinstance(body, dict) else {}
    code = str(body.get("code", ""))
    if response.status == 413:
        return TooLarge("too_large", messages.text("too_large"))
    if response.status == 404:
        return NotFound()
    if response.status == 422:
        return _refusal(code if code in messages.TEXTS else "unreadable_image", body.get("errors", []))
    if response.status != 503:
        log.error("documents refused us", status=response.status, code=code[:40])
    return Unavailable(_NOT_KEPT, retry_after=10, detail=messages.text(away))


def _refusal(code: str, errors: Sequence[Mapping[str, str]]) -> Invalid:
    """Why the picture is not taken; of one that was sent before it is said, so that nobody tries a third time."""
    also = [each["code"] for each in errors if each["code"] in messages.TEXTS and each["code"] != code]
    text = messages.refusal([code, *also])
    further = [FieldError("document", each, messages.text(each)) for each in also]
    return Invalid([FieldError("document", code, text), *further], code, text)


def _away(error: BaseException, away: str = _NOT_KEPT) -> Unavailable:
    log.warning("documents away", error=type(error).__name__)
    return Unavailable(_NOT_KEPT, retry_after=10, detail=messages.text(away))
