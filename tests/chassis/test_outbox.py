import asyncio
import re

import pytest

from chassis import outbox
from chassis.events import BadEvent, NewEvent
from chassis.ids import new_id
from chassis.testing import recorded_events
from tests.chassis.conftest import EVENT, Wires


class _Broken(Exception):
    pass


async def test_a_rolled_back_transaction_records_nothing(wires: Wires) -> None:
    async def record_and_break() -> None:
        async with wires.sender.transaction() as tx:
            await tx.record(NewEvent(EVENT, new_id(), {"n": 1}))
            raise _Broken

    with pytest.raises(_Broken):
        await record_and_break()
    assert await wires.waiting() == 0


async def test_sequence_counts_the_events_of_each_subject(wires: Wires) -> None:
    first, second = new_id(), new_id()
    for n, subject in enumerate([first, second, first, first]):
        await wires.say(n, subject)
    async with wires.sender.connection() as conn:
        events = await recorded_events(conn)
    assert [(event.subject, event.sequence) for event in events] == [(first, 1), (second, 1), (first, 2), (first, 3)]


async def test_concurrent_writers_of_one_subject_commit_in_the_order_of_sequence(wires: Wires) -> None:
    subject = new_id()
    await asyncio.gather(*(wires.say(n, subject) for n in range(20)))
    async with wires.sender.connection() as conn:
        events = await recorded_events(conn)
    assert [event.sequence for event in events] == list(range(1, 21))


async def test_data_that_breaks_the_contract_is_refused_on_record(wires: Wires) -> None:
    with pytest.raises(BadEvent, match="n breaks properties/n/type"):
        async with wires.sender.transaction() as tx:
            await tx.record(NewEvent(EVENT, new_id(), {"n": "one"}))


async def test_a_service_cannot_say_what_is_not_its_own(wires: Wires) -> None:
    with pytest.raises(BadEvent, match=f"listener does not say {EVENT}"):
        async with wires.listener.transaction() as tx:
            await tx.record(NewEvent(EVENT, new_id(), {"n": 1}))


async def test_a_backlog_that_statistics_know_nothing_of_is_claimed_without_reading_all_of_it(wires: Wires) -> None:
    async with wires.sender.connection() as conn:
        await conn.execute("ANALYZE outbox")
        await conn.execute(
            "INSERT INTO outbox (event_id, event_type, subject, event, recorded_at)"
            " SELECT gen_random_uuid(), 'thing', gen_random_uuid(), '{}', now() FROM generate_series(1, 5000)"
        )
    async with wires.sender.transaction() as tx:
        await tx.conn.execute(outbox.WALK_IN_ORDER)
        plan = await tx.conn.fetch("EXPLAIN (ANALYZE, TIMING OFF) " + outbox.CLAIM.replace("$1", "100"))
        read = [int(n) for n in re.findall(r"outbox.*actual rows=(\d+)", "\n".join(row[0] for row in plan))]
        claimed = await outbox.claim(tx.conn, 100)
    assert max(read) == 100
    assert [row.id for row in claimed] == list(range(1, 101))


async def test_an_event_over_64_kib_is_refused_on_record(wires: Wires) -> None:
    with pytest.raises(BadEvent, match="larger than 65536 bytes"):
        async with wires.sender.transaction() as tx:
            await tx.record(NewEvent(EVENT, new_id(), {"n": 1, "text": "本" * 22_000}))
