"""Many senders and senders that die: who holds a message sends it, and nobody else, in the order of its application."""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.notifier import use_cases
from services.notifier.model import LEASE
from services.notifier.use_cases import sending
from tests.notifier.conftest import House
from tests.notifier.post_office import until
from tests.notifier.samples import APPLICATION, journey
from tools.servers import Servers

SENT = "notification.sent.v1"


async def test_many_senders_at_once_send_one_mail_each(house: House) -> None:
    recipients = [f"reader{number}@example.jp" for number in range(20)]
    await house.receive(*recipients)
    await asyncio.gather(*(house.send_all() for _ in range(4)))
    assert sorted(house.office.recipients) == sorted(recipients)
    assert [type_ for type_, _, _ in await house.said()] == [SENT] * 20


async def test_an_orderly_stop_leaves_time_to_note_what_the_server_took(house: House) -> None:
    house.office.hold = asyncio.Event()
    await house.receive("hana@example.jp")
    stopped = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    stopped.cancel()
    house.office.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert (len(house.office.taken), await house.statuses()) == (1, ["sent"])


async def test_a_crash_after_the_server_took_it_sends_the_same_message_again_and_says_it_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LAST_SECONDS", 0.0)
    house.office.hold = asyncio.Event()
    await house.receive("hana@example.jp")
    crashing = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    crashing.cancel()
    with suppress(asyncio.CancelledError):
        await crashing
    house.office.hold.set()
    house.office.hold = None

    assert await house.send_all() == 0, "the lease has not ended"
    house.clock.move(seconds=LEASE.total_seconds())
    assert await house.send_all() == 1
    first, second = house.office.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert [type_ for type_, _, _ in await house.said()] == [SENT]
    assert await house.statuses() == ["sent"]


async def test_a_sender_that_outlives_its_lease_says_nothing_about_what_another_has_sent(house: House) -> None:
    house.office.hold = asyncio.Event()
    await house.receive("hana@example.jp")
    slow = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    held, house.office.hold = house.office.hold, None
    house.clock.move(seconds=LEASE.total_seconds())
    assert await house.send_all() == 1
    held.set()
    assert await slow
    assert [type_ for type_, _, _ in await house.said()] == [SENT]
    assert [(row["status"], row["attempts"]) for row in await house.deliveries()] == [("sent", 1)]


async def test_a_sender_that_lives_keeps_its_claim_for_as_long_as_the_server_takes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "HEARTBEAT", timedelta(seconds=0.05))
    house.office.hold = asyncio.Event()
    await house.receive("hana@example.jp")
    slow = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    [claimed] = await house.deliveries()
    house.clock.move(seconds=LEASE.total_seconds() - 1)

    async def extended() -> bool:
        [row] = await house.deliveries()
        return bool(row["claimed_until"] == claimed["claimed_until"] + LEASE - timedelta(seconds=1))

    async with asyncio.timeout(10):
        while not await extended():  # noqa: ASYNC110 - a row gives no sign
            await asyncio.sleep(0.01)
    house.clock.move(seconds=2)
    assert await house.send_all() == 0
    house.office.hold.set()
    assert await slow
    assert (len(house.office.taken), await house.statuses()) == (1, ["sent"])


async def test_a_sender_that_can_no_longer_extend_its_claim_breaks_off_before_another_may_begin(
    house: House, monkeypatch: pytest.MonkeyPatch, logged: list[MutableMapping[str, Any]]
) -> None:
    monkeypatch.setattr(sending, "HEARTBEAT", timedelta(seconds=0.05))
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stuck(*_arguments: object) -> None:
        reached.set()
        await go_on.wait()

    monkeypatch.setattr(sending, "send", stuck)
    await house.receive("hana@example.jp")
    losing = asyncio.create_task(use_cases.send_next(house.notifier))
    await reached.wait()
    async with house.db.transaction() as tx:
        await tx.conn.execute("UPDATE deliveries SET claim = gen_random_uuid()")
    async with asyncio.timeout(5):
        assert await losing
    assert [entry["event"] for entry in logged] == ["a claim was lost while sending"]
    assert await house.statuses() == ["sending"]
    assert await house.said() == []


async def test_a_mail_taken_while_the_database_is_away_is_noted_once_it_is_back_and_not_sent_again(
    house: House, servers: Servers, logged: list[MutableMapping[str, Any]]
) -> None:
    house.office.hold = asyncio.Event()
    await house.receive("hana@example.jp")
    slow = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    async with house.db.connection() as conn:
        database = await conn.fetchval("SELECT current_database()")
    admin = await asyncpg.connect(servers.postgres_admin_url)
    try:
        await admin.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT 0')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database)
        house.office.hold.set()
        await until(lambda: "what became of a message cannot be noted yet" in [entry["event"] for entry in logged])
    finally:
        await admin.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT -1')
        await admin.close()
    async with asyncio.timeout(10):
        assert await slow
    assert (len(house.office.taken), await house.statuses()) == (1, ["sent"])
    assert [type_ for type_, _, _ in await house.said()] == [SENT]


async def test_the_messages_of_one_application_go_out_in_order_whoever_sends_them(house: House) -> None:
    events = journey()
    await house.hear(*events)
    house.office.hold = asyncio.Event()
    first = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 1)
    assert await use_cases.send_next(house.notifier) is False, "another to the same applicant is being sent"
    await house.receive("somebody@example.jp")
    other = asyncio.create_task(use_cases.send_next(house.notifier))
    await until(lambda: house.office.seen == 2)
    house.office.hold.set()
    assert (await first, await other) == (True, True)
    assert sum(await asyncio.gather(*(house.send_all() for _ in range(4)))) == len(events)
    # But the one to the address before, which came with its change.
    deliveries = [row for row in await house.deliveries() if row["template"] != "contact_replaced"]
    rest = [row for row in deliveries if row["application_id"] == APPLICATION]
    by_message = {f"<{row['id']}@library.city.kumamoto.jp>": row["caused_by"] for row in rest}
    sent = [
        by_message[message["Message-ID"]] for message in house.office.messages if message["Message-ID"] in by_message
    ]
    assert sent == [event.id for event in events]
