"""The documents service on a real database and a real folder, and callers with keys of their own."""

import base64
import io
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.ids import new_id
from chassis.key_files import as_text
from chassis.service_tokens import sign
from chassis.testing import MovableClock, recorded_events, started
from services.documents.app import SERVICE, DocumentsSettings
from services.documents.use_cases import Vault
from tests.documents import pictures
from tools.places import private_file

ROOT = Path(__file__).parents[2]
SEEDS = {"intake": secrets.token_bytes(32), "review": secrets.token_bytes(32)}
CALLERS = {
    name: Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() for name, seed in SEEDS.items()
}


STAFF = f"staff:{new_id()}"


@dataclass
class House:
    """The running service, and what a test says to it."""

    vault: Vault
    client: "TestClient[Any, Any]"
    clock: MovableClock
    storage: Path
    settings: DocumentsSettings
    database_url: str
    application: UUID = field(default_factory=new_id)

    def token(self, purpose: str, document: UUID, **changed: Any) -> str:
        """A right token, but for what is `changed`: intake's, or review's where only review may."""
        if purpose == "mask":
            changed = {"key": SEEDS["review"], "caller": "review", "actor": STAFF, **changed}
        claims: dict[str, Any] = {
            "key": SEEDS["intake"],
            "audience": "documents",
            "now": self.clock(),
            "caller": "intake",
            "purpose": purpose,
            "actor": f"applicant:{self.application}",
            "resource": document,
            "owner": self.application,
        }
        return sign(**(claims | changed))

    async def put(
        self, document: UUID, image: Any, *, token: str | None = None, headers: Any = None, **query: str
    ) -> ClientResponse:
        bearer = {"Authorization": f"Bearer {token or self.token('put', document)}"}
        params = {"application": str(self.application), "type": "driving_licence", "side": "front"} | query
        url = f"/internal/v1/documents/{document}"
        # As a stream: aiohttp frowns on large bodies in one piece.
        data = io.BytesIO(image) if isinstance(image, bytes) else image
        return await self.client.put(url, params=params, data=data, headers=bearer | (headers or {}))

    async def get(self, document: UUID, rendition: str = "reading", *, token: str | None = None) -> ClientResponse:
        bearer = {"Authorization": f"Bearer {token or self.token('read', document)}"}
        return await self.client.get(f"/internal/v1/documents/{document}/renditions/{rendition}", headers=bearer)

    async def delete(self, document: UUID, *, token: str | None = None, **query: str) -> ClientResponse:
        bearer = {"Authorization": f"Bearer {token or self.token('delete', document)}"}
        return await self.client.delete(f"/internal/v1/documents/{document}", params=query, headers=bearer)

    async def mask(self, document: UUID, *boxes: Any, token: str | None = None) -> ClientResponse:
        """Boxes as (x, y, width, height)."""
        bearer = {"Authorization": f"Bearer {token or self.token('mask', document)}"}
        body = {"boxes": [dict(zip(("x", "y", "width", "height"), box, strict=True)) for box in boxes]}
        return await self.client.post(f"/internal/v1/documents/{document}/masks", json=body, headers=bearer)

    async def stored(self, **query: str) -> UUID:
        """A document that is there."""
        document = new_id()
        answer = await self.put(document, pictures.jpeg(), **query)
        assert answer.status == 201
        return document

    def objects(self) -> list[str]:
        """Every file in the storage."""
        return sorted(path.relative_to(self.storage).as_posix() for path in self.storage.rglob("*") if path.is_file())

    async def said(self, type_: str) -> list[Any]:
        """The data of every event of this type."""
        async with self.vault.db.connection() as conn:
            return [event.data for event in await recorded_events(conn) if event.type == type_]

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.vault.db.connection() as conn:
            return [dict(row) for row in await conn.fetch(query)]


def write_keys(file: Path, keys: Mapping[str, bytes]) -> Path:
    """The file of master keys, as set-up and rotation write it."""
    made_at = datetime(2026, 11, 1, tzinfo=UTC)
    lines = [(name, made_at, base64.b64encode(secret).decode()) for name, secret in keys.items()]
    return private_file(file, as_text(lines))


@pytest.fixture
async def house(database_url: Callable[[str], Awaitable[str]], tmp_path: Path) -> AsyncIterator[House]:
    url = await database_url("documents")
    clock = MovableClock(datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    storage = tmp_path / "storage"
    settings = DocumentsSettings(
        library=str(ROOT / "config" / "library.toml"),
        storage=storage.as_uri(),
        master_keys=write_keys(tmp_path / "master_keys", {"k1": secrets.token_bytes(32)}),
        caller_keys=CALLERS,
    )
    async with started(SERVICE, settings, url, clock) as (vault, client):
        yield House(vault, client, clock, storage, settings, url)


async def problem(answer: ClientResponse) -> tuple[int, str]:
    """Status and code of a problem+json."""
    assert answer.content_type == "application/problem+json"
    return answer.status, (await answer.json())["code"]
