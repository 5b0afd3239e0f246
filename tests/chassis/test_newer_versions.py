"""An event of a newer version: what was added is passed over, what was changed is never guessed at."""

from dataclasses import replace

import structlog.testing

from chassis.events import encode_json, envelope_of
from chassis.ids import new_id
from chassis.testing import heard
from tests.chassis.conftest import DEAD, EVENT, QUEUE, Wires, eventually, note, publish

NEWER = "thing.happened.v2"


async def test_a_field_that_was_added_within_the_version_is_passed_over(wires: Wires) -> None:
    event = envelope_of(heard(EVENT, "sender", new_id(), {"n": 1, "colour": "red", "tags": [{"added": 2027}]}))
    await publish(wires, encode_json({**event, "priority": 3}))
    async with wires.listening(note):
        await eventually(wires.effects, [1])


async def test_a_newer_major_version_reaches_nobody_who_has_not_asked_for_it(wires: Wires) -> None:
    async with wires.listening(note):
        newer = replace(heard(EVENT, "sender", new_id(), {"n": 2}), type=NEWER)
        old = heard(EVENT, "sender", new_id(), {"n": 1})
        await publish(wires, encode_json(envelope_of(newer)), url=wires.admin_url, key=NEWER)
        await publish(wires, encode_json(envelope_of(old)))
        await eventually(wires.effects, [1])
    assert [await wires.depth(name) for name in (QUEUE, DEAD)] == [0, 0]


async def test_one_that_is_forced_in_is_a_dead_letter_at_once_with_its_reason_and_holds_up_nobody(wires: Wires) -> None:
    newer = replace(heard(EVENT, "sender", new_id(), {"n": 2}), type=NEWER)
    old = [heard(EVENT, "sender", new_id(), {"n": n}) for n in (0, 1)]
    first, forced, last = (encode_json(envelope_of(event)) for event in (old[0], newer, old[1]))
    await publish(wires, first, forced, last, url=wires.admin_url, exchange="", key=QUEUE)
    with structlog.testing.capture_logs() as logged:
        # A delay of an hour: it is not tried again.
        async with wires.listening(note, delays=(3600,)):
            await eventually(lambda: wires.depth(DEAD), 1)
            await eventually(lambda: _sorted(wires), [0, 1])
    [entry] = [entry for entry in logged if entry["event"] == "dead letter"]
    assert (entry["queue"], entry["reason"]) == (QUEUE, f"unknown event type {NEWER}")


async def _sorted(wires: Wires) -> list[int]:
    return sorted(await wires.effects())
