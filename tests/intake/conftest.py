"""Intake with a real database, a clock that stands still, and a stand-in for the service documents."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient

from chassis.events import Event
from chassis.ids import new_id
from chassis.testing import MovableClock, deliver, heard, recorded_events, started
from services.intake import use_cases
from services.intake.app import HANDLERS, SERVICE, IntakeSettings
from services.intake.model.applications import Application
from services.intake.model.documents import Document
from services.intake.use_cases import Intake
from tests.intake.documents_service import KEY, DocumentsService, documents_service
from tests.intake.forms import PASSWORD, resident

POLICY = Path(__file__).parents[2] / "config" / "library.toml"


@dataclass
class House:
    """Intake and everything around it, with the steps of the journey."""

    intake: Intake
    client: "TestClient[Any, Any]"
    clock: MovableClock
    documents: DocumentsService
    keys: int = field(default=0)

    async def receive(self, **form: Any) -> Application:
        return await use_cases.receive_application(self.intake, resident(**form), self.key())

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys:012}"

    async def events(self, type_: str | None = None) -> list[Event]:
        async with self.intake.db.connection() as conn:
            return [event for event in await recorded_events(conn) if type_ in (None, event.type)]

    async def proof(self, application: Application) -> str:
        """The proof in the newest link that was mailed for the application."""
        links = [
            event.data["link"]
            for event in await self.events()
            if event.subject == application.id and "link" in event.data
        ]
        return str(links[-1]).rpartition("/")[2]

    async def sign_in(self, application: Application, proof: str | None = None, email: str = "hana@example.jp") -> str:
        signed_in = await use_cases.sign_in(self.intake, email, PASSWORD, str(application.id), proof)
        return signed_in.token

    async def proven(self, **form: Any) -> Application:
        """A provisional application whose e-mail address is proven."""
        application = await self.receive(**form)
        await self.sign_in(application, await self.proof(application))
        return application

    async def photograph(
        self,
        application_id: UUID,
        type_: str = "driving_licence",
        side: str = "front",
        shows_address: bool | None = True,
        image: bytes = b"a picture",
    ) -> Document:
        return await use_cases.store_document(
            self.intake, application_id, type_, side, shows_address, chunks(image), len(image)
        )

    async def submitted(self, **form: Any) -> Application:
        """An application that waits for the decision on its first round."""
        application = await self.proven(**form)
        await self.photograph(application.id)
        await use_cases.submit(self.intake, application.id)
        return await self.application(application.id)

    async def correction(self, application: Application, *items: tuple[str, str], times: int = 1) -> None:
        """Review asks for the correction of these (item, code)."""
        data = {
            "round": application.round,
            "items": [{"item": item, "code": code, "note": None} for item, code in items],
            "deadline": "2026-12-06",
        }
        await self.deliver(heard("review.correction_requested.v1", "review", application.id, data), times=times)

    async def deliver(self, event: Event, times: int = 1) -> None:
        await deliver(self.intake, self.intake.db, HANDLERS, event, times=times)

    async def application(self, application_id: UUID) -> Application:
        return (await use_cases.get_application(self.intake, application_id)).application

    async def rows(self, table: str) -> int:
        async with self.intake.db.connection() as conn:
            return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture
async def house(database_url: Callable[[str], Awaitable[str]]) -> AsyncIterator[House]:
    clock = MovableClock()
    url = await database_url("intake")
    async with documents_service(clock) as documents:
        own = IntakeSettings(str(POLICY), "http://library.test", documents.url, KEY)
        async with started(SERVICE, own, url, clock) as (intake, client):
            yield House(intake, client, clock, documents)


@pytest.fixture
def unknown_id() -> UUID:
    return new_id()
