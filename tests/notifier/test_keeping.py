"""What is kept of an erased application whose applicant wants to be told before the card expires, and for how long."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.events import Event
from services.notifier import use_cases
from services.notifier.model import CARD_IS_LATE
from tests.notifier.conftest import House
from tests.notifier.samples import APPLICATION, REGISTRATION, heard

EMAIL, LATER_EMAIL = "hana@example.jp", "later@example.jp"
LATER = UUID("01b6a2c0-7a00-7d11-9f20-3c4d5e6f7080")
LAST_DAY = date(2031, 4, 30)
#: In the library's time zone the last day ends at 15:00 UTC.
LAST_MOMENT = datetime(2031, 4, 30, 14, 59, 59, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


def story(*, wanted: bool = True) -> list[Event]:
    return [
        heard("application.received.v1", 1, minute=1, email=EMAIL, expiry_notice=not wanted),
        heard(
            "application.contact_changed.v1",
            3,
            minute=2,
            email=EMAIL,
            language="en",
            expiry_notice=wanted,
            changed=["language", "expiry_notice"],
        ),
        heard("registration.completed.v1", 1, minute=3),
        heard("application.erased.v1", 6, minute=4),
    ]


def renewal(*, wanted: bool = True) -> list[Event]:
    """A later application that renews the card."""
    return [
        heard(
            "application.received.v1",
            1,
            application=LATER,
            minute=5,
            email=LATER_EMAIL,
            receipt_number="L7Q4-M2XH-9ABC",
            expiry_notice=wanted,
        ),
        heard("registration.renewed.v1", 2, application=LATER, minute=6),
    ]


def stopped(version: int = 2, **data: Any) -> Event:
    """Staff stopped the notice."""
    about = {"version": version, "expires_on": "2031-04-30", "changed": ["expiry_notice"], **data}
    return heard("registration.changed.v1", version, minute=3, **about)


KEPT = {
    "application_id": APPLICATION,
    "receipt_number": None,
    "email": EMAIL,
    "language": "en",
    "sequence": 3,
    "caused_by": None,
    "expiry_notice": True,
    "email_sequence": 0,
}
CARD = {"registration_id": REGISTRATION, "version": 1, "application_id": APPLICATION, "expires_on": LAST_DAY}


async def empty(house: House) -> None:
    async with house.db.connection() as conn:
        await conn.execute(
            "TRUNCATE deliveries, contacts, forgotten, registrations, ended_consents, outbox, outbox_subjects"
        )


async def contacts(house: House) -> list[dict[str, Any]]:
    async with house.db.connection() as conn:
        return [dict(row) for row in await conn.fetch("SELECT * FROM contacts ORDER BY email")]


async def cards(house: House) -> list[dict[str, Any]]:
    async with house.db.connection() as conn:
        return [dict(row) for row in await conn.fetch("SELECT * FROM registrations")]


async def unsent(house: House) -> list[str]:
    return [row["template"] for row in await house.deliveries() if row["status"] in ("waiting", "sending")]


async def swept(house: House) -> list[str]:
    """The addresses that are kept after a sweep."""
    await use_cases.sweep(house.notifier)
    return [contact["email"] for contact in await contacts(house)]


async def test_in_every_order_nothing_stays_where_the_last_answer_was_no(house: House) -> None:
    for order in itertools.permutations(story(wanted=False)):
        await empty(house)
        await house.hear(*(event for event in order for _ in range(2)), *reversed(order))
        assert (await contacts(house), await unsent(house)) == ([], [])


async def test_in_every_order_address_and_language_stay_for_a_card_where_it_was_yes(house: House) -> None:
    for order in itertools.permutations(story()):
        await empty(house)
        await house.hear(*(event for event in order for _ in range(2)), *reversed(order))
        assert (await contacts(house), await cards(house), await unsent(house)) == ([KEPT], [CARD], [])
        assert await swept(house) == [EMAIL]


@pytest.mark.parametrize(
    "end",
    ["application.expired.v1", "application.withdrawn.v1", "review.rejected.v1", "review.withdrawal_accepted.v1"],
)
async def test_in_every_order_nothing_stays_of_an_application_that_brought_no_card(house: House, end: str) -> None:
    received, changed, _completed, erased = story()
    for order in itertools.permutations([received, changed, heard(end, 5), erased]):
        await empty(house)
        await house.hear(*order)
        assert (await swept(house), await unsent(house)) == ([], [])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_in_any_order_a_card_renewed_by_a_later_application_keeps_that_ones_contact_alone(
    house: House, data: st.DataObject
) -> None:
    await empty(house)
    await house.hear(*data.draw(st.permutations([*story(), *renewal()])))
    assert await swept(house) == [LATER_EMAIL]


async def test_a_renewal_whose_answer_is_no_leaves_nobody_to_tell(house: House) -> None:
    await house.hear(*story(), *renewal(wanted=False), heard("application.erased.v1", 2, application=LATER))
    assert await swept(house) == []


async def test_a_card_that_is_not_known_yet_is_waited_for_and_no_longer_than_a_dead_letter_may_take(
    house: House,
) -> None:
    received, changed, _completed, erased = story()
    await house.hear(received, changed, erased)
    house.clock.time += CARD_IS_LATE - MOMENT
    assert await swept(house) == [EMAIL]
    house.clock.time += MOMENT
    assert await swept(house) == []


async def test_a_card_that_is_heard_of_while_it_is_waited_for_keeps_the_contact(house: House) -> None:
    received, changed, completed, erased = story()
    await house.hear(received, changed, erased)
    house.clock.time += CARD_IS_LATE - MOMENT
    await house.hear(completed)
    house.clock.time += MOMENT
    assert await swept(house) == [EMAIL]


async def test_nothing_that_is_heard_after_that_brings_an_address_back(house: House) -> None:
    received, changed, completed, erased = story()
    await house.hear(received, changed, erased)
    house.clock.time += CARD_IS_LATE
    await use_cases.sweep(house.notifier)
    await house.hear(received, changed, completed)
    assert await swept(house) == []


async def test_a_contact_stays_through_the_last_valid_day_and_goes_after_it_with_its_card(house: House) -> None:
    await house.hear(*story())
    house.clock.time = LAST_MOMENT
    assert (await swept(house), await cards(house)) == ([EMAIL], [CARD])
    house.clock.time += MOMENT
    assert (await swept(house), await cards(house)) == ([], [])
    async with house.db.connection() as conn:
        tables = [
            row["tablename"] for row in await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        stored = {table: str(await conn.fetch(f"SELECT t::text FROM {table} t")) for table in tables}
    assert [table for table, rows in stored.items() if EMAIL in rows] == []


async def test_a_late_word_that_takes_the_consent_back_ends_it_at_once_and_no_earlier_one_brings_it_back(
    house: House,
) -> None:
    received, changed, completed, erased = story()
    await house.hear(changed, completed, erased)
    await house.hear(heard("application.contact_changed.v1", 5, expiry_notice=False, changed=["expiry_notice"]))
    await house.hear(received, changed)
    assert await contacts(house) == []


async def test_in_every_order_nothing_stays_where_staff_stopped_the_notice(house: House) -> None:
    for order in itertools.permutations([*story(), stopped()]):
        await empty(house)
        await house.hear(*(event for event in order for _ in range(2)), *reversed(order))
        assert (await contacts(house), await unsent(house)) == ([], [])


async def test_staff_who_stop_the_notice_years_after_the_erasure_end_the_keeping_at_once(house: House) -> None:
    await house.hear(*story())
    before = await contacts(house)
    await house.hear(stopped())
    assert (before, await contacts(house)) == ([KEPT], [])


async def test_another_address_for_holds_takes_no_consent_back(house: House) -> None:
    await house.hear(*story(), stopped(changed=["email"]))
    assert await contacts(house) == [KEPT]


async def test_what_was_stopped_stays_so_when_another_address_is_heard_of_before_or_after(house: House) -> None:
    received, changed, completed, erased = story()
    moved = heard("application.contact_changed.v1", 4, email=LATER_EMAIL, expiry_notice=True, changed=["email"])
    told = stopped(3, changed=["email"])
    for order in itertools.permutations([changed, moved, told, stopped(), erased]):
        await empty(house)
        await house.hear(received, completed, *order)
        assert await swept(house) == []


async def test_whose_card_is_not_known_yet_is_not_waited_for_after_the_notice_was_stopped(house: House) -> None:
    received, changed, _completed, erased = story()
    await house.hear(stopped(), received, changed, erased)
    assert await contacts(house) == []


async def test_until_the_erasure_the_address_stays_for_the_mails_about_the_application(house: House) -> None:
    received, changed, completed, _erased = story()
    await house.hear(received, changed, completed, stopped())
    assert await swept(house) == [EMAIL]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_in_any_order_who_asks_anew_when_the_card_is_renewed_is_kept(house: House, data: st.DataObject) -> None:
    await empty(house)
    received, renewed = renewal()
    later = [received, heard(renewed.type, 3, application=LATER, minute=6, version=3), stopped()]
    await house.hear(*data.draw(st.permutations([*story(), *later])))
    assert await swept(house) == [LATER_EMAIL]


async def test_nothing_but_the_notice_is_planned_for_a_contact_that_is_kept(house: House) -> None:
    await house.hear(*story())
    await house.hear(
        heard("application.contact_changed.v1", 4, email=LATER_EMAIL),
        heard("application.link_requested.v1", 5),
        heard("registration.changed.v1", 2),
        heard("registration.expiring.v1", 3, version=3),
    )
    assert await unsent(house) == ["registration_expiring"]


async def test_an_address_that_reached_the_registration_late_is_told_to_nobody_again(house: House) -> None:
    received, changed, completed, _erased = story()
    await house.hear(received, changed, completed)
    before = sorted(await unsent(house))
    await house.hear(heard("registration.changed.v1", 2, version=2, changed=["email"]))
    assert sorted(await unsent(house)) == before


async def test_who_asked_not_to_be_told_is_not_written_to_about_that(house: House) -> None:
    received, changed, completed, _erased = story()
    await house.hear(received, changed, completed)
    before = sorted(await unsent(house))
    await house.hear(stopped())
    assert sorted(await unsent(house)) == before


async def test_a_card_that_was_told_of_in_the_moment_of_the_erasure_keeps_the_contact(house: House) -> None:
    received, changed, completed, _erased = story()
    await house.hear(received, changed, completed)
    async with house.db.connection() as conn:
        await conn.execute(
            "INSERT INTO forgotten (application_id, forgotten_at) VALUES ($1, $2)", APPLICATION, house.clock()
        )
    assert await swept(house) == [EMAIL]
    assert (await contacts(house), await unsent(house)) == ([KEPT], [])
