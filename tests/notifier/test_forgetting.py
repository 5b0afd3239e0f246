"""An application that was erased: its address goes, nothing more is sent, and nothing that is heard late brings it back."""

import itertools

import pytest

from services.notifier import use_cases
from tests.notifier.conftest import House
from tests.notifier.samples import APPLICATION, heard

EMAIL = "hana@example.jp"


async def kept(house: House) -> tuple[int, list[str], str]:
    """How many contacts, which deliveries are not ended, and everything as text."""
    async with house.db.connection() as conn:
        contacts = await conn.fetch("SELECT * FROM contacts")
        deliveries = await conn.fetch("SELECT * FROM deliveries")
    waiting = [row["template"] for row in deliveries if row["status"] in ("waiting", "sending")]
    return len(contacts), waiting, str([dict(row) for row in (*contacts, *deliveries)])


@pytest.mark.parametrize("wanted", [False, True])
async def test_in_every_order_nothing_of_an_erased_application_stays_or_is_sent(house: House, wanted: bool) -> None:
    story = [
        heard("application.received.v1", 1, minute=1, email=EMAIL, expiry_notice=wanted),
        heard("application.contact_changed.v1", 3, minute=2, email="h@example.jp", expiry_notice=wanted),
        heard("application.expired.v1", 5, minute=3),
        heard("application.erased.v1", 6, minute=4),
    ]
    for order in itertools.permutations(story):
        async with house.db.connection() as conn:
            await conn.execute("TRUNCATE deliveries, contacts, forgotten")
        await house.hear(*(event for event in order for _ in range(2)), *reversed(order))
        contacts, waiting, stored = await kept(house)
        assert (contacts, waiting, "example.jp" in stored) == (0, [], False)
    assert await house.send_all() == 0


async def test_what_was_sent_before_stays_as_a_count_without_an_address(house: House) -> None:
    await house.hear(heard("application.received.v1", 1, email=EMAIL, expiry_notice=False))
    assert await house.send_all() == 1
    await house.hear(heard("application.erased.v1", 2))
    contacts, waiting, stored = await kept(house)
    assert (contacts, waiting, EMAIL in stored, "application_received" in stored) == (0, [], False, True)


async def test_what_was_planned_at_that_very_moment_is_swept_away(house: House) -> None:
    await house.hear(heard("application.received.v1", 1, email=EMAIL, expiry_notice=False))
    async with house.db.connection() as conn:
        await conn.execute("INSERT INTO forgotten (application_id, forgotten_at) VALUES ($1, now())", APPLICATION)
    await use_cases.sweep(house.notifier)
    contacts, waiting, _ = await kept(house)
    assert (contacts, waiting) == (0, [])


async def test_another_application_is_written_to_as_before(house: House) -> None:
    await house.hear(heard("application.received.v1", 1, email=EMAIL, expiry_notice=False))
    other = heard("application.received.v1", 1, email="other@example.jp")
    other = heard("application.received.v1", 1, application=other.id, email="other@example.jp")
    await house.hear(other, heard("application.erased.v1", 2))
    assert await house.send_all() == 1
    assert house.office.recipients == ["other@example.jp"]
