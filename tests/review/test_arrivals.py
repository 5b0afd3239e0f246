"""Applications that arrive many at once end like those that arrive one by one."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.consumer import Consumer, effect
from chassis.events import Event, EventSchemas
from chassis.ids import new_id
from contracts import CONTRACTS, ENVELOPE
from services.review.app import BATCH_HANDLERS, HANDLERS
from services.review.store import cases
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_handlers import forget, state

TYPE = "application.handed_over.v1"
SCHEMAS = EventSchemas(CONTRACTS, ENVELOPE)
#: They are about an application too, but `take_over` asks none of them.
NOT_ASKED = {"registration_versions", "documents", "document_fates", "mails", "registrations"}
TABLES_ABOUT_APPLICATIONS = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'application_id'
"""


def consumer(house: House, *, quick: bool) -> Consumer:
    handle, handle_batch = partial(HANDLERS[TYPE], house.review), partial(BATCH_HANDLERS[TYPE], house.review)
    return Consumer(house.db, SCHEMAS, "review", f"review.{TYPE}", handle, (), handle_batch if quick else None)


def life(application: UUID) -> list[Event]:
    """Two rounds, and what may come before, between and after them."""
    first, second = new_id(), new_id()
    return [
        samples.handed_over(application, documents=[samples.document(first, warnings=["glare"])], expiry_notice=True),
        samples.contact_changed(application, 2, "old@example.jp", expiry_notice=False),
        samples.handed_over(
            application, round=2, submitted_at="2026-11-24T00:00:00Z", documents=[samples.document(second)]
        ),
        samples.stored(application, first, warnings=["dark"]),
        samples.withdrawal_requested(application, 2),
    ]


async def test_many_new_applications_arrive_at_once(house: House) -> None:
    events = [samples.handed_over(who=samples.somebody(number)) for number in range(50)]
    assert await left(house, events) == []
    assert len(await house.rows("SELECT FROM cases WHERE status = 'waiting' AND version = 1")) == 50
    assert len(await house.rows("SELECT FROM documents")) == 50


async def test_the_answer_to_whether_to_be_told_is_kept_both_ways_in(house: House) -> None:
    kept = {}
    for answer in (True, False, None):
        one, many = (samples.handed_over(expiry_notice=answer) for _ in range(2))
        await house.hear(one)
        assert await left(house, [many]) == []
        kept[answer] = [(await house.of(event.subject)).case.expiry_notice for event in (one, many)]
    assert kept == {True: [True, True], False: [False, False], None: [False, False]}


async def left(house: House, events: Sequence[Event]) -> list[Event]:
    """What the batch handler leaves to the ordinary one."""
    async with house.db.transaction() as tx:
        return list(await BATCH_HANDLERS[TYPE](house.review, tx, events))


async def test_what_something_was_heard_of_is_left_to_the_handler(house: House) -> None:
    known, again, withdrawn, new = [new_id() for _ in range(4)]
    await house.hear(samples.handed_over(known), samples.withdrawn(withdrawn))
    events = [
        samples.handed_over(known, round=2),
        samples.handed_over(again),
        samples.handed_over(again, round=2),
        samples.handed_over(withdrawn),
        samples.handed_over(new),
    ]
    assert await left(house, events) == [events[0], events[2], events[3]]


async def test_every_table_about_applications_is_asked_whether_something_was_heard(house: House) -> None:
    tables = {row["table_name"] for row in await house.rows(TABLES_ABOUT_APPLICATIONS)}
    assert {table for table in tables if f"FROM {table} " in cases.HEARD_OF} == tables - NOT_ASKED


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_batches_in_every_order_with_duplicates_end_like_single_events(house: House, data: st.DataObject) -> None:
    applications = [new_id(), new_id()]
    events = [event for application in applications for event in life(application)]
    order = data.draw(st.permutations([*events, *events]))
    size = data.draw(st.integers(2, 8))
    chunks = [order[first : first + size] for first in range(0, len(order), size)]
    ends = [await end(house, chunks, applications, quick=quick) for quick in (True, False)]
    assert ends[0] == ends[1]


async def end(house: House, chunks: Sequence[Sequence[Event]], applications: Sequence[UUID], *, quick: bool) -> Any:
    """Hear every chunk, what is handed over first and at once; the state then, which is forgotten."""
    async with house.db.transaction() as tx:
        await tx.conn.execute("DELETE FROM inbox")
    for chunk in chunks:
        await effect(consumer(house, quick=quick), [event for event in chunk if event.type == TYPE])
        await house.hear(*(event for event in chunk if event.type != TYPE))
    states = [await state(house, application) for application in applications]
    for application in applications:
        await forget(house, application)
    return states


async def test_two_batches_of_the_same_applications_and_their_withdrawals_meet(house: House) -> None:
    for _ in range(5):
        events = [samples.handed_over(who=samples.somebody(number)) for number in range(20)]
        again = [samples.handed_over(event.subject, who=event.data["applicant"]) for event in reversed(events)]
        await asyncio.gather(
            effect(consumer(house, quick=True), events),
            effect(consumer(house, quick=True), again),
            house.hear(*(samples.withdrawal_requested(event.subject) for event in events)),
        )
        ids = [event.subject for event in events]
        found = await house.rows("SELECT status, version FROM cases WHERE application_id = ANY($1::uuid[])", ids)
        assert found == [{"status": "closed", "version": 2}] * 20
