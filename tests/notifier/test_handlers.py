"""Every event becomes one delivery, in whatever order and however often it arrives."""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts import CONTRACTS
from tests.notifier.conftest import House
from tests.notifier.samples import APPLICATION, LINK, heard, journey

_LINK = CONTRACTS["application.link_requested.v1"].example["data"]
EXPECTED = [
    ("contact_replaced", {"to": "hana@example.jp"}),
    ("application_received", {"link": CONTRACTS["application.received.v1"].example["data"]["link"]}),
    ("link_requested", {"purpose": _LINK["purpose"], "link": _LINK["link"]}),
    ("application_submitted", {"kind": "new", "round": 1, "expected_date": "2026-04-09"}),
    ("review_delayed", {"expected_date": "2026-04-22"}),
    (
        "correction_requested",
        {
            "items": CONTRACTS["review.correction_requested.v1"].example["data"]["items"],
            "deadline": "2026-04-21",
        },
    ),
    ("application_submitted", {"kind": "new", "round": 2, "expected_date": "2026-04-09"}),
    (
        "application_rejected",
        {
            "reasons": [{"item": "application", "code": "not_eligible", "note": None}],
            "note": "隣の市の図書館をご利用いただけます。",
        },
    ),
    ("application_withdrawn", {}),
    ("application_withdrawn", {}),
    (
        "registration_completed",
        {"card_number": "2900000123458", "expires_on": "2031-04-30", "pickup_branch": "main"},
    ),
    (
        "registration_renewed",
        {"card_number": "2900000123458", "previous_card_number": None, "expires_on": "2036-04-30"},
    ),
    (
        "registration_changed",
        {"card_number": "2900000345676", "previous_card_number": "2900000123458", "expires_on": "2036-04-30"},
    ),
    ("registration_expiring", {"card_ending": "5676", "expires_on": "2036-04-30"}),
    ("reminder_due", CONTRACTS["application.reminder_due.v1"].example["data"]),
    ("application_expired", {}),
    ("contact_changed", {}),
    ("link_requested", {"purpose": _LINK["purpose"], "link": _LINK["link"]}),
]


async def _planned(house: House) -> list[tuple[str, object]]:
    rows = await house.deliveries()
    assert {(row["application_id"], row["recipient"], row["status"]) for row in rows} == {
        (APPLICATION, "applicant", "waiting"),
        (APPLICATION, "previous", "waiting"),
    }
    return [(row["template"], row["content"]) for row in rows]


async def test_each_event_plans_one_message_with_what_it_says_and_no_more(house: House) -> None:
    await house.hear(*journey(), times=2)
    assert await _planned(house) == EXPECTED


async def test_no_name_address_or_birth_date_is_kept(house: House) -> None:
    await house.hear(*journey())
    async with house.db.connection() as conn:
        rows = await conn.fetch("SELECT content FROM deliveries")
        contacts = [
            dict(row)
            for row in await conn.fetch(
                "SELECT application_id, receipt_number, email, language, sequence FROM contacts"
            )
        ]
    stored = json.dumps([row["content"] for row in rows], ensure_ascii=False)
    registrant = CONTRACTS["registration.completed.v1"].example["data"]["registrant"]
    # But for the address before, until it has been told that it is not used any more.
    assert [name for name, value in registrant.items() if value and value in stored] == ["email"]
    assert contacts == [
        {
            "application_id": APPLICATION,
            "receipt_number": "K7Q4-M2XH-9ABC",
            "email": "new@example.jp",
            "language": "ja",
            "sequence": 7,
        }
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_order_with_duplicates_plans_the_same_messages(house: House, data: st.DataObject) -> None:
    async with house.db.connection() as conn:
        await conn.execute("TRUNCATE deliveries, contacts, registrations")
    events = journey()
    again = data.draw(st.lists(st.sampled_from(events), max_size=8))
    await house.hear(*data.draw(st.permutations([*events, *again])))
    assert await _planned(house) == EXPECTED


async def test_what_comes_before_its_contact_waits_for_it_and_then_goes_in_order(house: House) -> None:
    received, requested, submitted, *_ = journey()
    await house.hear(submitted, requested)
    assert await house.send_all() == 0
    await house.hear(received)
    assert await house.send_all() == 3
    assert [row["template"] for row in await house.deliveries()] == [
        "application_received",
        "link_requested",
        "application_submitted",
    ]
    assert [mail["Subject"].partition("】")[2][:4] for mail in house.office.messages] == [
        "本人確認",
        "申請のペ",
        "申請を受",
    ]


async def test_nobody_is_written_to_about_anothers_application(house: House) -> None:
    other = new_id()
    await house.hear(heard("application.received.v1", application=other, email="other@example.jp"))
    await house.hear(heard("registration.completed.v1"))
    assert await house.send_all() == 1
    assert house.office.recipients == ["other@example.jp"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_address_of_the_later_event_wins(house: House, order: tuple[int, int]) -> None:
    events = [
        heard("application.received.v1", 1, email="first@example.jp"),
        heard("application.received.v1", 4, email="later@example.jp"),
    ]
    await house.hear(*(events[place] for place in order))
    async with house.db.connection() as conn:
        assert await conn.fetchval("SELECT email FROM contacts") == "later@example.jp"


async def test_a_registration_is_written_about_to_its_application(house: House) -> None:
    await house.hear(heard("registration.completed.v1"))
    [row] = await house.deliveries()
    assert row["application_id"] == APPLICATION


async def test_a_planned_message_wakes_the_sender(house: House) -> None:
    await house.hear(heard("application.link_requested.v1", link=LINK))
    async with asyncio.timeout(5):
        await house.notifier.wake.wait(60)
