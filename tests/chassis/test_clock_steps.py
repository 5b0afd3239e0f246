"""The wall clock of a service jumps by hours: order is by sequence, and no event is lost, held back or done twice."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from chassis import inbox, outbox
from chassis.database import Database, Transaction
from chassis.events import Event
from chassis.ids import new_id
from chassis.service import KEEP_INBOX, KEEP_OUTBOX
from chassis.testing import MovableClock
from tests.chassis.conftest import SCHEMAS, Wires, eventually, note

STEPS = (0, -5, +9, -26, +48)


async def test_events_recorded_while_the_clock_jumps_arrive_in_the_order_of_their_recording(wires: Wires) -> None:
    clock = MovableClock()
    jumping = replace(wires, sender=Database(wires.sender.pool, "sender", SCHEMAS, clock, wires.recorded.beat))
    heard: list[Event] = []

    async def remember(tx: Transaction, event: Event) -> None:
        heard.append(event)
        await note(tx, event)

    subject = new_id()
    async with jumping.relaying(), wires.listening(remember):
        for n, hours in enumerate(STEPS):
            clock.move(hours=hours)
            await jumping.say(n, subject)
            # Each is relayed at once: no wait is reckoned by this clock.
            await eventually(wires.effects, list(range(n + 1)))
    assert [event.sequence for event in heard] == [1, 2, 3, 4, 5]
    times = [event.time for event in heard]
    assert times != sorted(times)


async def test_a_backlog_recorded_while_the_clock_jumped_is_relayed_whole_and_in_order(wires: Wires) -> None:
    clock = MovableClock()
    jumping = replace(wires, sender=Database(wires.sender.pool, "sender", SCHEMAS, clock, wires.recorded.beat))
    subject = new_id()
    for n, hours in enumerate(STEPS):
        clock.move(hours=hours)
        await jumping.say(n, subject)
    async with wires.relaying(), wires.listening(note):
        await eventually(wires.effects, [0, 1, 2, 3, 4])


async def test_however_far_the_clock_jumps_what_is_not_published_is_not_pruned(wires: Wires) -> None:
    clock = MovableClock()
    await wires.say(1)
    clock.move(days=365)
    async with wires.sender.transaction() as tx:
        assert await outbox.prune(tx.conn, clock(), KEEP_OUTBOX) == 0
    async with wires.relaying(), wires.listening(note):
        await eventually(wires.effects, [1])
        await eventually(wires.waiting, 0)


async def test_a_jump_of_hours_forgets_no_event_that_may_come_again(wires: Wires) -> None:
    await wires.say(1)
    async with wires.relaying(), wires.listening(note):
        await eventually(wires.effects, [1])
        await eventually(wires.waiting, 0)
    async with wires.listener.connection() as conn:
        now = await conn.fetchval("SELECT now()")
        for hours in (-26, +26):
            assert await inbox.prune(conn, now + timedelta(hours=hours), KEEP_INBOX) == 0
    async with wires.sender.connection() as conn:
        await conn.execute("UPDATE outbox SET published_at = NULL")
    async with wires.relaying(), wires.listening(note):
        await eventually(wires.waiting, 0)
        await eventually(partial(wires.depth, "listener.thing.happened.v1"), 0)
    assert await wires.effects() == [1]
