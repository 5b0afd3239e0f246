"""Only who the contract names may say a thing: from anybody else it is a dead letter at once, and nothing of it is done."""

from dataclasses import replace

import pytest
import structlog.testing

from chassis.events import Event, encode_json, envelope_of
from chassis.ids import new_id
from chassis.testing import heard
from tests.chassis.conftest import DEAD, EVENT, OTHER, QUEUE, Wires, eventually, note, publish


@pytest.mark.parametrize("source", ["listener", "sender-other", "nobody"])
async def test_what_another_says_is_a_dead_letter_at_once_and_holds_up_nobody(wires: Wires, source: str) -> None:
    logged = await _told(wires, heard(EVENT, source, new_id(), {"n": 2}))
    assert logged == (QUEUE, "source is not /sender")


async def test_what_belongs_into_another_queue_is_a_dead_letter_at_once(wires: Wires) -> None:
    logged = await _told(wires, replace(heard(EVENT, "sender", new_id(), {"n": 2}), type=OTHER))
    assert logged == (QUEUE, f"{OTHER} does not belong here")


async def _told(wires: Wires, wrong: Event) -> tuple[str, str]:
    """What is logged of the wrong event, forced into the queue before a right one."""
    right = heard(EVENT, "sender", new_id(), {"n": 1})
    bodies = [encode_json(envelope_of(event)) for event in (wrong, right)]
    await publish(wires, *bodies, url=wires.admin_url, exchange="", key=QUEUE)
    with structlog.testing.capture_logs() as logged:
        # A delay of an hour: it is not tried again.
        async with wires.listening(note, delays=(3600,)):
            await eventually(lambda: wires.depth(DEAD), 1)
            await eventually(wires.effects, [1])
    [entry] = [entry for entry in logged if entry["event"] == "dead letter"]
    return entry["queue"], entry["reason"]
