"""What was never sent is counted by what it waits for, and stays where it is."""

from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

from chassis import metrics
from chassis.ids import new_id
from services.notifier import use_cases
from tests.notifier.conftest import House
from tests.notifier.post_office import OK
from tests.notifier.samples import heard

LATE = "messages were not sent in time"


def _counted() -> dict[str, float]:
    return {why: metrics.messages_unsent.labels(why)._value.get() for why in ("no_contact", "put_off", "due")}


async def test_messages_that_wait_for_long_are_counted_by_what_they_wait_for(
    house: House, logged: list[MutableMapping[str, Any]]
) -> None:
    house.clock.time = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
    house.office.answer_rcpt = lambda address: "450 busy" if "slow" in address else OK
    await house.hear(heard("application.received.v1", application=new_id(), email="slow@example.jp"))
    await house.send_all()
    await house.hear(heard("application.submitted.v1", 2, application=new_id()))
    await house.hear(heard("application.received.v1", application=new_id(), email="due@example.jp"))
    await use_cases.sweep(house.notifier)
    assert _counted() == {"no_contact": 1, "put_off": 1, "due": 1}
    assert [entry for entry in logged if entry["event"] == LATE] == [
        {"event": LATE, "log_level": "warning", "no_contact": 1, "put_off": 1, "due": 1}
    ]
    house.clock.move(minutes=2)
    house.office.answer_rcpt = lambda _address: OK
    assert await house.send_all() == 2
    await use_cases.sweep(house.notifier)
    assert _counted() == {"no_contact": 1, "put_off": 0, "due": 0}


async def test_what_is_sent_in_time_or_has_ended_is_no_concern(
    house: House, logged: list[MutableMapping[str, Any]]
) -> None:
    house.office.answer_rcpt = lambda address: "550 gone" if "gone" in address else OK
    await house.hear(heard("application.received.v1", application=new_id(), email="gone@example.jp"))
    await house.hear(heard("application.received.v1", application=new_id(), email="there@example.jp"))
    await house.send_all()
    house.clock.move(days=1)
    await use_cases.sweep(house.notifier)
    assert _counted() == {"no_contact": 0, "put_off": 0, "due": 0}
    assert LATE not in [entry["event"] for entry in logged]
