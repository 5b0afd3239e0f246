"""Any order of recording, relaying, delivering, dying and repeating: nothing lost, in order, in effect once."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID

import aio_pika
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chassis import outbox
from chassis.clock import system_clock
from chassis.consumer import Consumer, effect
from chassis.database import Database, Transaction, create_pool
from chassis.events import Event, NewEvent
from chassis.ids import new_id
from chassis.relay import publish_batch
from tests.chassis.conftest import EVENT, OTHER, QUEUE, SCHEMAS, Wires, note

EXAMPLES, STEPS = 12, 25
T = TypeVar("T")


class Killed(BaseException):
    """What a kill looks like from inside: nothing that follows is done."""


class House:
    """The real relay, the real inbox, real servers; what the queue gave is held here and handled in any order."""

    def __init__(self, sender: Database, listener: Database, channel: Any) -> None:
        self.sender, self.channel = sender, channel
        self.queues = [QUEUE, f"listener.{OTHER}"]
        self.consumer = Consumer(listener, SCHEMAS, "listener", QUEUE, note, ())

    async def empty(self) -> None:
        async with self.sender.connection() as conn:
            await conn.execute("TRUNCATE outbox, outbox_subjects RESTART IDENTITY")
        async with self.consumer.db.connection() as conn:
            await conn.execute("TRUNCATE inbox, effects RESTART IDENTITY")
        for name in self.queues:
            await (await self.channel.get_queue(name, ensure=False)).purge()

    async def record(self, event: NewEvent) -> None:
        async with self.sender.transaction() as tx:
            await tx.record(event)

    async def relay(self, kill_at: str) -> None:
        """One batch; killed after it was claimed, or after the broker has confirmed it, or not at all."""
        claim = outbox.claim

        async def claimed(conn: Any, limit: int) -> Any:
            await claim(conn, limit)
            raise Killed

        async def confirmed(_conn: Any, _ids: Any) -> None:
            raise Killed

        points = {
            "claimed": ("chassis.outbox.claim", claimed),
            "confirmed": ("chassis.outbox.mark_published", confirmed),
        }
        with suppress(Killed):
            if kill_at:
                name, instead = points[kill_at]
                with patch(name, instead):
                    await publish_batch(self.sender, self.channel, "sender")
            else:
                await publish_batch(self.sender, self.channel, "sender")

    async def arrived(self) -> list[Event]:
        """What is new in the queues."""
        found: list[Event] = []
        for name in self.queues:
            queue = await self.channel.get_queue(name, ensure=False)
            while message := await queue.get(no_ack=True, fail=False):
                found.append(SCHEMAS.decode(message.body))
        return found

    async def handle(self, batch: Sequence[Event], *, killed: bool) -> None:
        """One transaction for the batch; `killed` before it commits."""

        async def die_at_the_end(tx: Transaction, event: Event) -> None:
            await note(tx, event)
            raise Killed

        consumer = Consumer(self.consumer.db, SCHEMAS, "listener", QUEUE, die_at_the_end if killed else note, ())
        with suppress(Killed):
            await effect(consumer, batch)

    async def effects(self) -> list[tuple[UUID, int]]:
        async with self.consumer.db.connection() as conn:
            return [(row["subject"], row["n"]) for row in await conn.fetch("SELECT subject, n FROM effects")]


class Way(RuleBasedStateMachine):
    """The ways of some events about three subjects."""

    house: House
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.subjects = [new_id() for _ in range(3)]
        self.recorded: list[tuple[UUID, int]] = []
        self.seen: list[Event] = []
        self.waiting: list[Event] = []
        self.done: set[tuple[UUID, int]] = set()
        self.run(self.house.empty())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @rule(subject=st.integers(0, 2), type_=st.sampled_from([EVENT, OTHER]))
    def record(self, subject: int, type_: str) -> None:
        n = len(self.recorded)
        self.recorded.append((self.subjects[subject], n))
        self.run(self.house.record(NewEvent(type_, self.subjects[subject], {"n": n})))

    @rule(kill_at=st.sampled_from(["", "", "claimed", "confirmed"]))
    def relay(self, kill_at: str) -> None:
        self.run(self.house.relay(kill_at))
        new = self.run(self.house.arrived())
        self.seen += new
        self.waiting += new

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), fate=st.sampled_from(["acknowledged", "acknowledged", "killed before", "killed after"]))
    def deliver(self, data: st.DataObject, fate: str) -> None:
        """A batch in any order, with doubles. Killed before or after its commit, it is delivered again."""
        some = data.draw(st.lists(st.sampled_from(range(len(self.waiting))), min_size=1, max_size=4))
        batch = [self.waiting[index] for index in some]
        self.run(self.house.handle(batch, killed=fate == "killed before"))
        if fate != "killed before":
            self.done |= {(event.subject, event.data["n"]) for event in batch}
        if fate == "acknowledged":
            self.waiting = [event for index, event in enumerate(self.waiting) if index not in some]

    @invariant()
    def every_effect_happened_once(self) -> None:
        assert sorted(self.run(self.house.effects())) == sorted(self.done)

    @invariant()
    def each_subject_came_in_order(self) -> None:
        for subject in self.subjects:
            recorded = [n for about, n in self.recorded if about == subject]
            # What was relayed again comes again, but nothing new before something older.
            came = list(dict.fromkeys(event.data["n"] for event in self.seen if event.subject == subject))
            assert came == recorded[: len(came)]

    def teardown(self) -> None:
        """In the end everything that was recorded has had its effect."""
        while self.run(self._left()):
            self.relay("")
        while self.waiting:
            batch, self.waiting = self.waiting[:4], self.waiting[4:]
            self.run(self.house.handle(batch, killed=False))
        assert sorted(self.run(self.house.effects())) == sorted(self.recorded)

    async def _left(self) -> int:
        async with self.house.sender.connection() as conn:
            return int(await conn.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))


def test_every_way_through_record_relay_deliver_and_crash_keeps_the_promises(wires: Wires) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def database(name: str, url: str) -> Database:
            pool = await stack.enter_async_context(create_pool(url, "machine", 3))
            return Database(pool, name, SCHEMAS, system_clock, _nothing)

        async def opened() -> House:
            sender = await database("sender", wires.sender_database)
            listener = await database("listener", wires.listener_database)
            connection = await stack.enter_async_context(await aio_pika.connect(wires.admin_url))
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            return House(sender, listener, channel)

        Way.house, Way.runner = runner.run(opened()), runner
        try:
            run_state_machine_as_test(
                Way,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    # To shrink takes minutes on real servers; 25 steps can be read as they are.
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(stack.aclose())


def _nothing() -> None: ...
