"""The running system with everything that a fault can hit, and the people who use it meanwhile."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import aiohttp
import asyncpg

from contracts import SERVICES
from tests.conftest import EMPTY_ALL_BUT
from tests.faults.clients import Applicant, Clerk, Counts, Letters
from tests.faults.invariants import House
from tools.addresses import MAILBOX
from tools.broker import Management
from tools.servers import Servers
from tools.system import System

STAFF = ("faults.a", "faults.b")


@dataclass
class World:
    """What the people of a test meet, and what a test kills."""

    system: System
    servers: Servers
    http: aiohttp.ClientSession
    house: House
    counts: Counts = field(default_factory=Counts)

    @classmethod
    @asynccontextmanager
    async def opened(cls, system: System, servers: Servers) -> AsyncIterator[Self]:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20), connector=connector) as http:
            yield cls(system, servers, http, House(system.house, Letters(system.house.var / MAILBOX)))

    def applicant(self) -> Applicant:
        return Applicant(self.http, self.system.url("intake"), self.house.letters, self.counts)

    async def clerks(self) -> list[Clerk]:
        """Two of the staff, signed in."""
        found = []
        for name in STAFF:
            password = secrets.token_urlsafe(12)
            await asyncio.to_thread(self.system.add_staff, name, password)
            clerk = Clerk(self.http, self.system.url("review"), self.counts)
            await clerk.sign_in(name, password)
            found.append(clerk)
        return found

    async def clear(self) -> None:
        """Forget what other tests left: rows (the staff stay), messages, and what the running services thought of them."""
        for name in SERVICES:
            await asyncio.to_thread(self.system.supervisor.kill, name)
        for name in SERVICES:
            house = self.system.house
            conn = await asyncpg.connect(house.admin_database_url(house.database(name)))
            await conn.execute(await conn.fetchval(EMPTY_ALL_BUT, ["migrations", "staff"]))
            await conn.close()
        async with Management(self.system.house.management_url) as management:
            vhost = self.system.house.vhost
            for queue in await management.get(f"/queues/{vhost}?columns=name"):
                await management.delete(f"/queues/{vhost}/{queue['name']}/contents")
        for name in SERVICES:
            await self.restart(name)
        await self.ready()

    async def crash(self, name: str) -> None:
        """Kill a program as a crash does."""
        if name in ("notifier", MAILBOX):
            self.house.crashes.append(time.time())
        await asyncio.to_thread(self.system.supervisor.kill, name)

    async def restart(self, name: str) -> None:
        """Start a program that was killed."""
        await asyncio.to_thread(self.system.supervisor.start, self.system.supervisor.runs[name].program)

    async def ready(self) -> None:
        await asyncio.to_thread(self.system.wait_ready)

    async def alive(self, name: str) -> None:
        """Return when the service answers, ready or not."""
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.get(f"{self.system.url(name)}/livez"):
                    return
            await asyncio.sleep(0.05)
