"""Card numbers that others know and review does not: said by doctor, learnt by one command."""

from dataclasses import replace

import pytest

from chassis.ids import new_id
from rules.card_numbers import compose
from rules.policy import load_policy
from tests.tools.operator.conftest import House
from tools.errors import Stopped
from tools.operator.cards import check_cards
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM
from tools.places import ROOT

POLICY = load_policy(ROOT / "config" / "library.toml").card_numbers

TELL = """
INSERT INTO deliveries (id, application_id, caused_by, template, recipient, occurred_at, content)
VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'registration_completed', 'applicant', now(), $1)
"""
APPLY = """
INSERT INTO applications (id, receipt_number, status, kind, language, filled_by, fields, fields_received, email_key,
                          password_hash, consent_version, consented_at, received_at, card_number)
VALUES ($1, $2, 'approved', $3, 'ja', 'self', '{}', '{}', '', '', '', now(), now(), $4)
"""


async def applied(house: House, kind: str, number: str) -> None:
    await house.execute("intake", APPLY, new_id(), number, kind, number)


async def state(house: House) -> str:
    return (await check_cards(house.installation, POLICY)).state


async def serial_after(house: House) -> int:
    """Where the next approval counts on."""
    async with house.databases["review"].connection() as conn:
        return int(await conn.fetchval("SELECT serial FROM card_counters WHERE prefix = $1", POLICY.prefix))


async def test_a_number_that_is_only_in_a_mail_that_waits_counts_too(house: House) -> None:
    assert await state(house) == OK
    await house.execute("notifier", TELL, {"card_number": compose(POLICY, 17), "previous_card_number": None})
    assert await state(house) == PROBLEM
    await house.ouchi("cards", "advance")
    assert (await state(house), await serial_after(house)) == (OK, 17)


async def test_a_counter_that_stands_before_numbers_that_are_known_is_a_problem(house: House) -> None:
    await applied(house, "new", number := compose(POLICY, 40))
    await house.execute("review", "INSERT INTO card_numbers VALUES ($1, now())", number)
    await house.execute("review", "INSERT INTO card_counters VALUES ($1, 39)", POLICY.prefix)
    assert await state(house) == PROBLEM
    await house.ouchi("cards", "advance")
    assert (await state(house), await serial_after(house)) == (OK, 40)


async def test_older_cards_are_learnt_and_move_no_counter(house: House) -> None:
    await house.execute("review", "INSERT INTO card_counters VALUES ($1, 5)", POLICY.prefix)
    await applied(house, "renewal", "1234567890128")
    assert await state(house) == PROBLEM
    answer = await house.ouchi("cards", "advance")
    assert (answer.data["learnt"], await serial_after(house)) == (["1234567890128"], 5)
    assert await state(house) == OK
    # Nor one that only looks like ours, and that review has seen.
    await applied(house, "renewal", alike := compose(POLICY, 77))
    await house.execute("review", "INSERT INTO card_numbers VALUES ($1, now())", alike)
    assert (await state(house), await serial_after(house)) == (OK, 5)


async def test_a_large_step_needs_a_word_and_a_card_from_elsewhere_may_be_named(house: House) -> None:
    await applied(house, "new", compose(POLICY, 900_000))
    with pytest.raises(Stopped, match="Nothing was changed: 900000 numbers"):
        await house.ouchi("cards", "advance")
    assert (await house.ouchi("cards", "advance", "--yes")).data["counter"] == 900_000
    assert (await house.ouchi("cards", "advance", "--past", compose(POLICY, 900_100))).data["counter"] == 900_100
    with pytest.raises(Stopped, match="no card number"):
        await house.ouchi("cards", "advance", "--past", "29")
    assert [line for line in house.audit() if "advance cards" in line and "29" in line.split("advance cards")[1]] == []


async def test_a_database_that_is_away_is_not_checked(house: House) -> None:
    away = replace(house.installation, postgres_admin_url="postgresql://nobody@127.0.0.1:1/postgres")
    assert (await check_cards(away, POLICY)).state == NOT_CHECKED
