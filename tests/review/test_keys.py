"""Match keys that were stored before the rules changed."""

from typing import Any

import pytest

from rules.understanding import KEYS
from services.review import use_cases
from services.review.model import APPROVE, Decision
from services.review.use_cases.keys import BATCH, renew_keys
from tests.review import samples
from tests.review.conftest import House

TABLES = ("cases", "registrations")


def person(name: str, kana: str, address: str, phone: str) -> dict[str, Any]:
    fields = {"name": name, "kana": kana, "address": address, "phone": phone}
    return samples.applicant(**{field: samples.typed(value) for field, value in fields.items()})


async def make_old(house: House) -> None:
    """As an earlier version left them."""
    for table in TABLES:
        async with house.db.transaction() as tx:
            await tx.conn.execute(
                f"UPDATE {table} SET name_key = 'old', kana_key = 'old', address_key = 'old', keys_version = 1"
            )


async def keys(house: House, table: str) -> list[tuple[Any, ...]]:
    rows = await house.rows(f"SELECT name_key, kana_key, address_key, keys_version FROM {table} ORDER BY id")
    return [tuple(row.values()) for row in rows]


async def test_who_applied_before_the_rules_changed_is_found_by_who_applies_now(house: House) -> None:
    earlier = await house.case(who=person("秌本 花", "オオノ ハナ", "大江6-1-74", "096-000-0001"))
    await make_old(house)
    now = await house.case(who=person("秋本 花", "オーノ ハナ", "大江六丁目1番74号", "096-000-0002"))
    assert (await house.of(now.case.application_id)).duplicates == ()
    await renew_keys(house.review)
    found = (await house.of(now.case.application_id)).duplicates
    assert [(each.id, each.reasons) for each in found] == [
        (earlier.case.id, ("kana_and_birth_date", "name_and_birth_date", "address_and_birth_date"))
    ]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("张伟", "張偉"),
        ("Maria SANTOS", "SANTOS MARIA"),
        ("一之瀬 花", "一の瀬 花"),
        ("城が崎 花", "城ヶ崎 花"),
        ("頰田 花", "頬田 花"),
    ],
)
async def test_the_forms_of_one_name_meet_whatever_version_stored_the_first(
    house: House, stored: str, typed: str
) -> None:
    earlier = await house.case(who=person(stored, "ハナ", "大江6-1-74", "096-000-0001"))
    await make_old(house)
    await renew_keys(house.review)
    now = await house.case(who=person(typed, "ベツ", "新町2-4-27", "096-000-0002"))
    found = (await house.of(now.case.application_id)).duplicates
    assert [(each.id, each.reasons) for each in found] == [(earlier.case.id, ("name_and_birth_date",))]


@pytest.mark.parametrize("table", TABLES)
async def test_renewed_keys_are_those_that_are_stored_today(house: House, table: str) -> None:
    case = await house.claimed(who=person("秌本 花", "オオノ ハナ", "大江6-1-74", "096-000-0001"))
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(case.version, APPROVE))
    written = await keys(house, table)
    await make_old(house)
    await renew_keys(house.review)
    assert await keys(house, table) == written == [("秋本花", "オーノハナ", "大江6-1-74", KEYS)]


async def test_keys_are_renewed_a_batch_at_a_time_until_none_is_old(house: House) -> None:
    for number in range(BATCH + 1):
        await house.hear(samples.handed_over(who=samples.somebody(number)))
    await make_old(house)
    assert [await renew_keys(house.review) for _ in range(3)] == [True, False, False]
    assert [row["keys_version"] for row in await house.rows("SELECT DISTINCT keys_version FROM cases")] == [KEYS]


async def test_an_event_from_before_the_rules_changed_is_compared_by_those_of_today(house: House) -> None:
    await house.case(who=samples.applicant(name=samples.typed("秌本 花", key="秌本花")))
    assert [key[0] for key in await keys(house, "cases")] == ["秋本花"]
