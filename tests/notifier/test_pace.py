"""How fast mails go out: never faster than the policy says, with any number of senders, and nobody waits for others."""

import asyncio
import dataclasses

import pytest

from chassis.errors import Unavailable
from chassis.ids import new_id
from rules.policy_limits import Rate
from services.notifier import use_cases
from services.notifier.model import MAIL, MAIL_DOMAIN
from services.notifier.use_cases import Notifier
from tests.notifier.conftest import House
from tests.notifier.samples import heard


def _paced(house: House, **counts: int) -> None:
    """At most so many a minute from now on."""
    rates = tuple(Rate(code, count, 60) for code, count in counts.items())
    limits = dataclasses.replace(house.notifier.policy.limits, rates=rates)
    policy = dataclasses.replace(house.notifier.policy, limits=limits)
    house.notifier = dataclasses.replace(house.notifier, policy=policy)


async def _planned(house: House, *recipients: str) -> None:
    for minute, recipient in enumerate(recipients):
        await house.hear(heard("application.received.v1", application=new_id(), minute=minute, email=recipient))


async def _send_all(notifier: Notifier) -> int:
    rounds = 0
    while await use_cases.send_next(notifier):
        rounds += 1
    return rounds


async def test_no_more_than_the_rate_go_out_in_any_minute_and_the_rest_follow_in_order(house: House) -> None:
    _paced(house, **{MAIL: 3})
    recipients = [f"reader{number}@city{number}.example.jp" for number in range(8)]
    await _planned(house, *recipients)
    assert await house.send_all() == 3
    house.clock.move(seconds=59)
    assert await house.send_all() == 0
    house.clock.move(seconds=1)
    assert await house.send_all() == 3
    house.clock.move(minutes=1)
    assert await house.send_all() == 2
    assert house.office.recipients == recipients


async def test_a_domain_that_is_full_holds_up_no_other(house: House) -> None:
    _paced(house, **{MAIL_DOMAIN: 2})
    await _planned(house, "a@full.example", "b@FULL.example", "c@full.example", "d@other.example")
    assert await house.send_all() == 3
    assert house.office.recipients == ["a@full.example", "b@FULL.example", "d@other.example"]
    house.clock.move(minutes=1)
    assert await house.send_all() == 1
    assert house.office.recipients[-1] == "c@full.example"


async def test_many_senders_together_keep_within_the_rate(house: House) -> None:
    _paced(house, **{MAIL: 1})
    await _planned(house, *(f"reader{number}@example.jp" for number in range(6)))
    for minute in range(6):
        sent = await asyncio.gather(*(_send_all(house.notifier) for _ in range(4)))
        assert (sum(sent), len(house.office.taken)) == (1, minute + 1)
        house.clock.move(minutes=1)


async def test_a_server_that_is_away_uses_up_nothing_of_the_rate(house: House) -> None:
    _paced(house, **{MAIL: 2})
    await _planned(house, "a@example.jp", "b@example.jp")
    await house.office.close()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await use_cases.send_next(house.notifier)
    await house.office.open()
    assert await house.send_all() == 2


async def test_without_rates_mails_go_out_as_fast_as_they_can(house: House) -> None:
    _paced(house)
    await _planned(house, *(f"reader{number}@example.jp" for number in range(5)))
    assert await house.send_all() == 5


async def test_old_counts_are_forgotten(house: House) -> None:
    await _planned(house, "a@example.jp", "b@example.jp")
    await house.send_all()
    house.clock.move(hours=1)
    assert await use_cases.sweep(house.notifier) is False
    assert await _counted(house) == 2
    house.clock.move(seconds=1)
    await use_cases.sweep(house.notifier)
    assert await _counted(house) == 0


async def _counted(house: House) -> int:
    async with house.db.connection() as conn:
        return int(await conn.fetchval("SELECT count(*) FROM sendings"))
