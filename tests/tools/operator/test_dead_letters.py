"""Dead letters: looking changes nothing, what goes back has its effect once, what is thrown away is gone."""

import json
import time
from dataclasses import replace

import aio_pika
import pytest

from chassis.database import Transaction
from chassis.events import Event, NewEvent, encode_json, envelope_of
from contracts import SERVICES
from tests.tools.operator.conftest import DEAD, EMAIL, QUEUE, RECEIVED, House, eventually, example
from tools.broker import topology
from tools.errors import Stopped
from tools.operator import dead_letters

UNKNOWN_ID = "019a8f00-0000-7000-8000-00000000ffff"


async def test_an_empty_house_has_no_dead_letters(house: House) -> None:
    answer = await house.ouchi("dead-letters", "list")
    assert (answer.text, answer.data, answer.attention) == ("No dead letters.", [], False)


async def test_the_list_says_where_each_came_from_and_never_what_is_in_it(house: House) -> None:
    began = time.time()
    id_ = await house.die()
    answer = await house.ouchi("dead-letters", "list", "notifier")
    oldest = int(time.time()) - int(began)
    [letter] = answer.data
    assert (letter.service, letter.queue, letter.type, letter.event_id) == ("notifier", QUEUE, RECEIVED, id_)
    assert (letter.reason, letter.attempts, letter.died_at is not None) == ("rejected", 5, True)
    assert answer.attention
    headings, row, _, total = answer.text.splitlines()
    assert headings.split("  ")[0] == "service" and total == "1 dead letter."
    age = int(row.split()[4])
    assert row.split() == ["notifier", QUEUE, RECEIVED, id_, str(age), "s", "5", "rejected"] and 0 <= age <= oldest
    assert EMAIL not in answer.text + answer.as_json()


async def test_listing_thirty_times_changes_neither_the_letters_nor_their_order(house: House) -> None:
    ids = [await house.die() for _ in range(3)]
    for _ in range(30):
        assert [letter.event_id for letter in (await house.ouchi("dead-letters", "list")).data] == ids
    answer = await house.ouchi("dead-letters", "redrive", "notifier", "--all")
    assert [letter.event_id for letter in answer.data["returned"]] == ids
    assert not answer.attention
    assert [message.message_id for message in await house.taken(QUEUE)] == ids
    assert await house.depth(DEAD) == 0


async def test_a_look_that_is_cut_off_changes_nothing_either(house: House) -> None:
    ids = [await house.die() for _ in range(3)]
    connection = await aio_pika.connect(house.installation.admin_amqp_url())
    channel = await connection.channel()
    queue = await channel.get_queue(DEAD)
    for _ in range(2):
        assert await queue.get(timeout=5) is not None
    await connection.close()

    async def listed() -> list[str]:
        return [letter.event_id for letter in (await house.ouchi("dead-letters", "list")).data]

    await eventually(listed, ids)


async def test_a_redriven_letter_goes_back_as_if_it_came_for_the_first_time(house: House) -> None:
    event = example()
    await house.die(event)
    await house.ouchi("dead-letters", "redrive", "--id", str(event.id))
    [message] = await house.taken(QUEUE)
    assert message.body == encode_json(envelope_of(event)).encode()
    # The broker itself adds how often it has delivered the message before.
    assert message.headers == {"traceparent": "", "x-delivery-count": 0}
    assert (message.message_id, message.type, message.app_id) == (str(event.id), RECEIVED, "intake")
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT


async def test_redriving_gives_the_effect_exactly_once(house: House) -> None:
    broken = True

    async def handle(tx: Transaction, event: Event) -> None:
        if broken:
            raise ValueError
        told = {"template": "application_received", "caused_by": str(event.id)}
        await tx.record(NewEvent("notification.sent.v1", event.subject, told))

    async def effects() -> list[str]:
        async with house.databases["notifier"].connection() as conn:
            rows = await conn.fetch("SELECT event->'data'->>'caused_by' AS id FROM outbox ORDER BY id")
        return [row["id"] for row in rows]

    async with house.notifier_hears(handle), house.relaying("intake"):
        event = await house.record(RECEIVED)
        await eventually(lambda: house.depth(DEAD), 1)
        broken = False
        # As after a crash between the broker's confirm and our acknowledgement: the letter stays and goes back again.
        async with house.broker.channel() as channel:
            back = await channel.get_exchange("notifier.return", ensure=False)
            copy = aio_pika.Message(encode_json(envelope_of(event)).encode(), message_id=str(event.id), type=RECEIVED)
            await back.publish(copy, f"redrive.{QUEUE}")
        await eventually(effects, [str(event.id)])
        await house.ouchi("dead-letters", "redrive", "notifier", "--all")
        await eventually(lambda: house.depth(QUEUE), 0)
        last = await house.record(RECEIVED)
        await eventually(effects, [str(event.id), str(last.id)])
        assert await house.depth(DEAD) == 0


async def test_only_the_named_letter_goes_back(house: House) -> None:
    ids = [await house.die() for _ in range(3)]
    await house.ouchi("dead-letters", "redrive", "notifier", "--id", ids[1])
    assert [message.message_id for message in await house.taken(QUEUE)] == [ids[1]]
    assert [letter.event_id for letter in (await house.ouchi("dead-letters", "list")).data] == [ids[0], ids[2]]


async def test_a_letter_whose_queue_is_gone_stays_and_says_so(house: House) -> None:
    async with house.broker.channel() as channel:
        dead = await channel.get_exchange(DEAD, ensure=False)
        await dead.publish(aio_pika.Message(b"{}", message_id=UNKNOWN_ID), "notifier.gone.v1")
    answer = await house.ouchi("dead-letters", "redrive", "notifier", "--all")
    assert answer.text == f"REFUSED by notifier.gone.v1: {UNKNOWN_ID} (PublishError)"
    assert answer.attention
    assert await house.depth(DEAD) == 1


@pytest.mark.parametrize("command", [("redrive",), ("discard", "--yes"), ("show",)])
async def test_an_unknown_id_is_said_and_changes_nothing(house: House, command: tuple[str, ...]) -> None:
    await house.die()
    answer = await house.ouchi("dead-letters", *command, "notifier", "--id", UNKNOWN_ID)
    assert (answer.text, answer.attention) == ("No dead letter of notifier has this id.", True)
    assert await house.depth(DEAD) == 1


async def test_discarding_asks_for_yes_first(house: House) -> None:
    id_ = await house.die()
    answer = await house.ouchi("dead-letters", "discard", "notifier", "--id", id_)
    assert answer.text.splitlines()[-1] == "Nothing was discarded. To lose these for ever, add --yes."
    assert answer.attention
    assert await house.depth(DEAD) == 1


async def test_a_discarded_letter_is_gone_and_the_others_stay_in_order(house: House) -> None:
    ids = [await house.die() for _ in range(3)]
    answer = await house.ouchi("dead-letters", "discard", "--id", ids[0], "--yes")
    assert (answer.text, answer.attention) == (f"discarded from {QUEUE}: {ids[0]}", False)
    assert [letter.event_id for letter in (await house.ouchi("dead-letters", "list")).data] == ids[1:]
    assert await house.depth(QUEUE) == 0


async def test_every_redrive_and_discard_leaves_one_line_without_personal_data(house: House) -> None:
    ids = [await house.die() for _ in range(2)]
    await house.ouchi("dead-letters", "list")
    await house.ouchi("dead-letters", "redrive", "--id", ids[0])
    await house.ouchi("dead-letters", "discard", "--id", ids[1], "--yes")
    lines = [json.loads(line) for line in house.audit()]
    assert [(line["action"], line["queue"], line["event_id"]) for line in lines] == [
        ("redrive", QUEUE, ids[0]),
        ("discard dead letter", QUEUE, ids[1]),
    ]
    assert {frozenset(line) for line in lines} == {frozenset({"at", "operator", "action", "queue", "event_id", "type"})}


async def test_what_cannot_be_noted_is_not_done(house: House) -> None:
    await house.die()
    blocked = house.installation.var / "blocked"
    blocked.write_text("a file where a folder should be")
    elsewhere = House(replace(house.installation, var=blocked), house.databases, house.broker)
    with pytest.raises(Stopped, match="so nothing was done"):
        await elsewhere.ouchi("dead-letters", "discard", "--all", "--yes")
    assert await house.depth(DEAD) == 1


async def test_personal_data_is_shown_only_when_asked_for(house: House) -> None:
    event = example()
    await house.die(event)
    without = await house.ouchi("dead-letters", "show", "notifier", "--id", str(event.id))
    assert EMAIL not in without.text + without.as_json()
    assert without.data[0]["envelope"] == {
        "id": str(event.id), "source": "/intake", "type": RECEIVED, "subject": str(event.subject), "sequence": "1",
        "time": "2026-11-22T03:00:00Z",
    }  # fmt: skip
    assert without.text.endswith("The content is personal data; --data shows it.")
    with_data = await house.ouchi("dead-letters", "show", "notifier", "--id", str(event.id), "--data")
    assert with_data.data[0]["body"]["data"]["email"] == EMAIL
    assert await house.depth(DEAD) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"\xff\xfe",
        b"[1]",
        b'"text"',
        b"",
        b"[" * 100_000,
        b'{"subject": "hana@example.jp", "id": {"a": 1}}',
    ],
)
async def test_a_malformed_letter_is_listed_and_shows_nothing_of_itself(house: House, body: bytes) -> None:
    id_ = await house.die(body=body)
    assert [letter.event_id for letter in (await house.ouchi("dead-letters", "list")).data] == [id_]
    answer = await house.ouchi("dead-letters", "show", "--all")
    assert answer.data[0]["envelope"] == {}
    assert (await house.ouchi("dead-letters", "show", "--all", "--data")).as_json()


async def test_a_letter_cannot_move_the_operators_cursor(house: House) -> None:
    await house.die(type_="\x1b[2J\r\n\u202eevil")
    text = (await house.ouchi("dead-letters", "list")).text
    assert len(text.splitlines()) == 4
    assert not {"\x1b", "\r", "\u202e"} & set(text)


async def test_a_message_that_dies_again_meanwhile_is_not_taken_twice(house: House) -> None:
    ids = [await house.die() for _ in range(3)]
    again = 0

    def note(_action: str, **_about: object) -> None:
        nonlocal again
        again += 1

    async def handle(_tx: Transaction, _event: Event) -> None:
        raise ValueError

    async with house.notifier_hears(handle):
        done = await dead_letters.redrive(house.broker, "notifier", lambda _letter: True, note)
        await eventually(lambda: house.depth(DEAD), 3)
    assert ([letter.event_id for letter in done.returned], again) == (ids, 3)


async def test_no_number_of_looks_drops_a_letter_on_any_broker(house: House) -> None:
    """RabbitMQ 4 drops what was delivered twenty times, unless its queue itself says otherwise."""
    queues = topology(house.installation)["queues"]
    limits = {queue["name"]: queue["arguments"].get("x-delivery-limit") for queue in queues}
    assert {limits[f"{service}.dead"] for service in SERVICES} == {1_000_000}
