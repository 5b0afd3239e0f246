"""notifier on a database of its own, with a mail server that does as it is told."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import structlog
import structlog.testing

from chassis.database import Database
from chassis.events import Event
from chassis.ids import new_id
from chassis.pulse import Pulse
from chassis.testing import MovableClock, deliver, open_database, recorded_events
from contracts import CONTRACTS, ENVELOPE
from rules.policy import Policy, load_policy
from services.notifier import use_cases
from services.notifier.app import HANDLERS
from services.notifier.smtp import MailServer, hang_up
from services.notifier.use_cases import Notifier
from tests.conftest import FromService
from tests.notifier.post_office import PostOffice, open_post_office
from tests.notifier.samples import heard
from tools.places import ROOT

PUBLIC_URL, REVIEW_URL = "https://library.example.jp", "https://staff.library.example.jp"


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(ROOT / "config" / "library.toml")


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@dataclass
class House:
    """What a test of notifier holds."""

    notifier: Notifier
    db: Database
    clock: MovableClock
    office: PostOffice

    async def hear(self, *events: Event, times: int = 1) -> None:
        for event in events:
            await deliver(self.notifier, self.db, HANDLERS, event, times=times)

    async def receive(self, *recipients: str) -> None:
        """One application with one message for each recipient, in this order."""
        for minute, recipient in enumerate(recipients):
            await self.hear(heard("application.received.v1", application=new_id(), minute=minute, email=recipient))

    async def send_all(self) -> int:
        """Send until nothing is due; returns how many rounds there were."""
        rounds = 0
        while await use_cases.send_next(self.notifier):
            rounds += 1
        return rounds

    async def deliveries(self) -> list[asyncpg.Record]:
        async with self.db.connection() as conn:
            return await conn.fetch("SELECT * FROM deliveries ORDER BY occurred_at, template")

    async def statuses(self) -> list[str]:
        return [row["status"] for row in await self.deliveries()]

    async def said(self) -> list[tuple[str, UUID, dict[str, str]]]:
        async with self.db.connection() as conn:
            return [(event.type, event.subject, dict(event.data)) for event in await recorded_events(conn)]


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture
async def house(database_url: FromService, office: PostOffice, policy: Policy) -> AsyncIterator[House]:
    clock = MovableClock()
    async with open_database("notifier", await database_url("notifier"), CONTRACTS, ENVELOPE, clock) as db:
        server = MailServer("127.0.0.1", office.port, "library.example.jp", timeout=2, data_timeout=2)
        notifier = Notifier(db, clock, policy, server, PUBLIC_URL, REVIEW_URL, None, None, Pulse())
        yield House(notifier, db, clock, office)
        await hang_up(server)
