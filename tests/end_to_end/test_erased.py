"""After an erasure no table of any service, no queue and no log holds what the person said, but what the page names."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import aio_pika
import asyncpg
import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection

from chassis.ids import new_id
from chassis.topology import EVENTS, dead_letter_queue
from contracts import SERVICES
from tests.end_to_end.people import Mailbox, Office, Person, eventually, photo
from tools.broker import Management
from tools.installation import Installation
from tools.system import System

#: What nobody else in this suite is called, lives in, dials or is told.
WHO = {
    "name": "蓬莱院　咲耶乃",
    "kana": "ホウライイン　サクヤノ",
    "address": "熊本市中央区大江６丁目１－７４　コーポ蓬莱９１７",
    "phone": "０９０８１７５３９４２",
    "birth_date": "昭和31年7月19日",
}
#: As typed, as understood, and as compared; long enough that no id or moment holds one by chance.
MARKERS = (
    "蓬莱",
    "咲耶",
    "ホウライ",
    "ほうらい",
    "コーポ蓬",
    "8175-3942",
    "81753942",
    "８１７５３９４２",
    "1956-07-19",
    "昭和31",
    "窓口の覚え",
    "@wisteria",
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY tablename"

#: What stays after an approval, as the pages say: the registration, and for 7 days how other systems were told of it.
OF_THE_CARD = {"review.registrations", "review.registration_versions", "review.outbox"}


@pytest.mark.parametrize("outcome", ["rejected", "approved"])
async def test_nothing_personal_is_left_but_what_the_page_names(
    system: System, person: Person, office: Office, mailbox: Mailbox, outcome: str
) -> None:
    house = system.house
    person.email = f"sakuyano.{person.email.partition('@')[0]}@wisteria.example.jp"
    await _live(person, office, mailbox, outcome)
    said = await _outboxes(house, UUID(person.id))
    assert {service for service, _ in said} == set(SERVICES)
    async with await aio_pika.connect(house.admin_amqp_url()) as connection:
        channel = await connection.channel()
        await _kill_letters(channel, [body for _, body in said])
        before = await _traces(house, connection)
        assert {"intake.applications", "intake.outbox", "review.cases", "review.outbox", "review.dead"} <= before

        await person.expect(204, "DELETE", f"/api/v1/applications/{person.id}")
        kept = OF_THE_CARD if outcome == "approved" else set()

        async def left() -> bool:
            return await _traces(house, connection) <= kept

        with suppress(AssertionError):
            await eventually(left, 40)
        assert await _traces(house, connection) - kept == set()
        # What was said before is heard once more, and later: each as another event, so that no inbox ends it.
        await _say_again(channel, [body for _, body in said])
        await eventually(lambda: _all_heard(house))
        assert await _traces(house, connection) - kept == set()
        assert await _unblanked(house, UUID(person.id)) == []
    logs = {log.name: log.read_text() for log in (house.var / "logs").glob("*.log") if log.stem in SERVICES}
    assert [(name, marker) for name, text in logs.items() for marker in MARKERS if marker in text] == []


async def _live(person: Person, office: Office, mailbox: Mailbox, outcome: str) -> None:
    """Two rounds with a correction, a change while it waits, another address, and an end."""
    await person.apply_and_submit(**WHO)
    case = await office.find_case(person.id)
    item = f"document:{case['documents'][0]['id']}"
    reasons = [{"item": item, "code": "blurred", "note": "窓口の覚え"}]
    await office.decide(case, "correct", reasons=reasons)
    await person.wait_status("correction_requested")
    await person.upload(data=photo("second"))
    await person.submit()
    case = await office.find_case(person.id, round_=2)
    if outcome == "approved":
        await office.decide(case, "approve")
    else:
        reasons = [{"item": "application", "code": "not_eligible", "note": "窓口の覚え"}]
        await office.decide(case, "reject", reasons=reasons)
    await person.wait_status(outcome)

    async def ended() -> bool:
        return len(await mailbox.to(person.email)) >= 4

    await eventually(ended)


async def _outboxes(house: Installation, subject: UUID) -> list[tuple[str, bytes]]:
    """What each service has said about the application, once all of it is published."""

    async def published() -> list[tuple[str, bytes]]:
        found, waiting = list[tuple[str, bytes]](), 0
        for service in SERVICES:
            async with _open(house, service) as conn:
                rows = await conn.fetch(
                    "SELECT event::text AS body, published_at FROM outbox WHERE subject = $1 ORDER BY id", subject
                )
            found += [(service, row["body"].encode()) for row in rows if "link_requested" not in row["body"]]
            waiting += sum(row["published_at"] is None for row in rows)
        return [] if waiting else found

    return await eventually(published)


async def _kill_letters(channel: AbstractChannel, bodies: Sequence[bytes]) -> None:
    """What was said, each once more and broken: nobody can take it, and it lies among the dead letters."""
    exchange = await channel.get_exchange(EVENTS)
    for body in bodies:
        event = json.loads(body)
        broken = {**event, "id": str(new_id()), "sequence": "broken"}
        await exchange.publish(aio_pika.Message(json.dumps(broken, ensure_ascii=False).encode()), event["type"])

    async def dead() -> bool:
        return all([await _depth(channel, dead_letter_queue(service)) for service in SERVICES])

    await eventually(dead)


async def _say_again(channel: AbstractChannel, bodies: Sequence[bytes]) -> None:
    exchange = await channel.get_exchange(EVENTS)
    for body in bodies:
        event = {**json.loads(body), "id": str(new_id())}
        await exchange.publish(aio_pika.Message(json.dumps(event, ensure_ascii=False).encode()), event["type"])


async def _all_heard(house: Installation) -> bool:
    """No queue of a service holds anything but dead letters, and nothing is with a handler."""
    async with await aio_pika.connect(house.admin_amqp_url()) as connection:
        channel = await connection.channel()
        return not any([await _depth(channel, name) for name in await _queues(house) if not name.endswith(".dead")])


async def _traces(house: Installation, connection: AbstractConnection) -> set[str]:
    """The tables and queues that hold any marker, in whatever column."""
    found: set[str] = set()
    # What is stored as bytes is shown as hexadecimal digits.
    patterns = [f"%{marker}%" for marker in MARKERS] + [f"%{marker.encode().hex()}%" for marker in MARKERS]
    for service in SERVICES:
        async with _open(house, service) as conn:
            for table in [row["tablename"] for row in await conn.fetch(TABLES)]:
                holds = f'SELECT EXISTS (SELECT FROM "{table}" AS one WHERE one::text LIKE ANY($1))'
                if await conn.fetchval(holds, patterns):
                    found.add(f"{service}.{table}")
    for name in await _queues(house):
        if name.startswith("subscriber."):
            continue
        bodies = await _bodies(connection, name)
        if any(marker.encode() in body for marker in MARKERS for body in bodies):
            found.add(name)
    return found


async def _unblanked(house: Installation, subject: UUID) -> list[str]:
    """Events about the application whose data is still kept."""
    found = []
    for service in SERVICES:
        async with _open(house, service) as conn:
            rows = await conn.fetch("SELECT event_type FROM outbox WHERE subject = $1 AND event ? 'data'", subject)
        found += [f"{service} {row['event_type']}" for row in rows]
    return found


@asynccontextmanager
async def _open(house: Installation, service: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(house.admin_database_url(house.database(service)))
    try:
        yield conn
    finally:
        await conn.close()


async def _queues(house: Installation) -> list[str]:
    async with Management(house.management_url) as management:
        return [each["name"] for each in await management.get(f"/queues/{house.vhost}")]


async def _bodies(connection: AbstractConnection, name: str) -> list[bytes]:
    """What lies in a queue; it is put back when the channel closes."""
    found: list[bytes] = []
    async with connection.channel() as channel:
        queue = await channel.get_queue(name, ensure=False)
        while (message := await queue.get(fail=False, timeout=10)) is not None:
            found.append(message.body)
    return found


async def _depth(channel: AbstractChannel, name: str) -> int:
    return (await channel.declare_queue(name, passive=True)).declaration_result.message_count or 0
