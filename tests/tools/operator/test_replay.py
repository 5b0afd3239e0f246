"""Replay: a service's published events once more, in order, and only to who may hear them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.events import Event
from chassis.ids import new_id
from tests.tools.operator.conftest import EMAIL, QUEUE, RECEIVED, House
from tools.errors import Stopped
from tools.installation import SUBSCRIBER_QUEUE
from tools.operator import replay
from tools.operator.house import database

COMPLETED, RENEWED, APPROVED = "registration.completed.v1", "registration.renewed.v1", "review.approved.v1"
LINK = "application.link_requested.v1"
LONG_AGO = "2020-01-01"
TO_SUBSCRIBER = ("--queue", SUBSCRIBER_QUEUE)


async def published(house: House, type_: str, subject: UUID | None = None, hours_ago: int = 0) -> Event:
    event = await house.record(type_, subject)
    moments = "recorded_at = recorded_at - make_interval(hours => $2), published_at = now()"
    service = event.source[1:]
    await house.execute(service, f"UPDATE outbox SET {moments} WHERE event_id = $1", event.id, hours_ago)
    return event


async def arrived(house: House, queue: str = SUBSCRIBER_QUEUE) -> list[str]:
    return [message.message_id for message in await house.taken(queue)]


async def test_registrations_are_sent_in_the_order_in_which_they_were_recorded(house: House) -> None:
    subject = new_id()
    events = [await published(house, type_, subject) for type_ in (COMPLETED, RENEWED, RENEWED)]
    events += [await published(house, COMPLETED) for _ in range(120)]
    answer = await house.ouchi("replay", "review", "--since", LONG_AGO, *TO_SUBSCRIBER)
    assert answer.text.splitlines()[0] == (
        "123 events of review since 2019-12-31T15:00:00.000Z sent to subscriber.registrations."
    )
    assert not answer.attention
    assert await arrived(house) == [str(event.id) for event in events]


async def test_what_is_sent_is_the_very_event(house: House) -> None:
    event = await published(house, COMPLETED)
    await house.ouchi("replay", "review", "--since", LONG_AGO, *TO_SUBSCRIBER)
    [message] = await house.taken(SUBSCRIBER_QUEUE)
    assert (message.type, message.app_id, message.content_type) == (COMPLETED, "review", "application/cloudevents+json")
    assert message.headers["traceparent"] == event.traceparent
    assert f'"{event.id}"'.encode() in message.body


async def test_no_other_system_is_sent_what_it_may_not_hear(house: House) -> None:
    await published(house, APPROVED)
    event = await published(house, COMPLETED)
    await house.ouchi("replay", "review", "--since", LONG_AGO, *TO_SUBSCRIBER)
    assert await arrived(house) == [str(event.id)]


@pytest.mark.parametrize(
    ("service", "more", "said"),
    [
        ("intake", (), "hears nothing of what intake says"),
        ("review", ("--type", APPROVED), f"does not hear {APPROVED} from review"),
        ("review", ("--type", RECEIVED), f"does not hear {RECEIVED} from review"),
        ("review", ("--queue", "review.dead"), "review.dead is no queue in which anybody hears events"),
        ("review", ("--queue", QUEUE), "hears nothing of what review says"),
        ("intake", ("--queue", f"notifier.{LINK}"), f"{LINK} cannot be sent again"),
    ],
)
async def test_who_may_not_hear_is_refused_and_nothing_is_sent(
    house: House, service: str, more: tuple[str, ...], said: str
) -> None:
    await published(house, RECEIVED)
    await published(house, COMPLETED)
    with pytest.raises(Stopped, match=said):
        await house.ouchi("replay", service, "--since", LONG_AGO, *TO_SUBSCRIBER, *more)
    assert (await arrived(house), await arrived(house, QUEUE), house.audit()) == ([], [], [])


async def test_a_date_and_a_type_bound_what_is_sent(house: House) -> None:
    await published(house, COMPLETED, hours_ago=5)
    await published(house, RENEWED, hours_ago=1)
    event = await published(house, COMPLETED, hours_ago=1)
    since = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    await house.ouchi("replay", "review", "--since", since, "--type", COMPLETED, *TO_SUBSCRIBER)
    assert await arrived(house) == [str(event.id)]


async def test_what_is_not_published_yet_comes_by_itself_and_not_by_replay(house: House) -> None:
    await house.record(COMPLETED)
    answer = await house.ouchi("replay", "review", "--since", LONG_AGO, *TO_SUBSCRIBER)
    assert answer.data["sent"] == 0
    assert answer.text.endswith("review's events are kept for 7 days after publishing; there are none now.")


async def test_a_service_can_be_told_again_what_it_hears(house: House) -> None:
    event = await published(house, RECEIVED)
    answer = await house.ouchi("replay", "intake", "--since", LONG_AGO, "--queue", QUEUE)
    assert await arrived(house, QUEUE) == [str(event.id)]
    assert EMAIL not in answer.text + answer.as_json() + "".join(house.audit())


async def test_replay_keeps_to_its_rate(house: House) -> None:
    for _ in range(6):
        await published(house, COMPLETED)
    async with database(house.installation, "review") as conn:
        since = datetime(2020, 1, 1, tzinfo=UTC)
        plan = await replay.plan(conn, "review", SUBSCRIBER_QUEUE, (COMPLETED,), since)
        began = datetime.now(UTC)
        assert await replay.send(house.broker, conn, plan, per_second=10) == 6
    assert datetime.now(UTC) - began >= timedelta(seconds=0.5)


async def test_a_queue_that_nobody_empties_is_not_filled_up_and_replay_can_go_on_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [await published(house, COMPLETED) for _ in range(7)]
    monkeypatch.setattr(replay, "BATCH", 2)
    monkeypatch.setattr(replay, "DEEPEST", 4)
    monkeypatch.setattr(replay, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(replay, "LOOK_SECONDS", 0.05)
    with pytest.raises(Stopped, match=r"nobody takes them\. 4 of 7 events sent; go on with --since ") as stopped:
        await house.ouchi("replay", "review", "--since", LONG_AGO, *TO_SUBSCRIBER)
    first = await arrived(house)
    since = str(stopped.value).split("--since ")[1].rstrip(".")
    monkeypatch.setattr(replay, "DEEPEST", 1000)
    await house.ouchi("replay", "review", "--since", since, *TO_SUBSCRIBER)
    then = await arrived(house)
    assert len(first) == 4
    # What was recorded in the same millisecond may come twice, but nothing is left out and the order is kept.
    assert then == [str(event.id) for event in events][-len(then) :]
    assert len(first) + len(then) >= 7
