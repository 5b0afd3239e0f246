"""A correction for which staff give more time: told in a mail of its own, and never followed by the day before."""

import itertools
from typing import Any

from chassis.events import Event
from tests.notifier.conftest import House
from tests.notifier.samples import heard

ASKED = "review.correction_requested.v1"


def life() -> list[Event]:
    return [
        heard(ASKED, 1, minute=1, deadline="2026-12-06", previous_deadline=None),
        heard(ASKED, 2, minute=2, deadline="2026-12-20", previous_deadline="2026-12-06"),
        heard(ASKED, 3, minute=3, deadline="2027-01-10", previous_deadline="2026-12-20"),
    ]


async def planned(house: House) -> list[tuple[str, Any]]:
    return [(row["template"], row["content"]["deadline"]) for row in await house.deliveries()]


async def test_more_time_is_told_once_in_its_own_words(house: House) -> None:
    await house.hear(*life(), times=2)
    assert await planned(house) == [
        ("correction_requested", "2026-12-06"),
        ("deadline_extended", "2026-12-20"),
        ("deadline_extended", "2027-01-10"),
    ]


async def test_in_every_order_the_last_word_is_the_latest_day(house: House) -> None:
    for order in itertools.permutations(life()):
        async with house.db.connection() as conn:
            await conn.execute("TRUNCATE deliveries")
        told = []
        for event in (*order, *order):
            before = await planned(house)
            await house.hear(event)
            told += [each for each in await planned(house) if each not in before]
        # As they go out, in the order in which they were heard, no mail names an earlier day than the one before it.
        days = [day for _, day in told]
        assert days == sorted(set(days)) and days[-1] == "2027-01-10"
