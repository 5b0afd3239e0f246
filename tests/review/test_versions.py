"""Every registration keeps what it was: each way of writing one leaves a version, and goes with it."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from chassis.errors import Invalid
from chassis.migrations import migrate
from chassis.service import MIGRATIONS
from services.review import use_cases
from services.review.app import SERVICE
from services.review.model import SameAs
from services.review.store import registrations as store
from services.review.use_cases import forgetting
from tests.conftest import FromNothing
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_changes_of_registrations import FIRST, MOVED, SECOND, approve, registered

VERSIONS = "SELECT because, staff_id, version, at, content FROM registration_versions ORDER BY id"
REGISTRATIONS = "SELECT to_jsonb(r) - 'told_days' AS content FROM registrations r"
REVIEW = Path(__file__).parents[2] / "services" / "review"
WRITES = re.compile(r"(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+registrations\b[^\"]*", re.IGNORECASE)


async def test_every_change_of_a_registration_stays_with_who_made_it_and_when(house: House) -> None:
    registration = await registered(house)
    first = house.clock()
    house.clock.move(days=30)
    moved = samples.applicant(card_number=FIRST, address=MOVED)
    await approve(house, await house.claimed(kind="change", who=moved))
    last = await house.claimed(kind="renewal", who=moved, expiry_notice=True)
    await approve(house, last)
    await house.hear(samples.contact_changed(last.application_id, 9, "new@example.jp", expiry_notice=True))
    await use_cases.stop_notice(house.review, registration, house.colleague)
    await approve(house, await house.claimed(kind="replacement", who=moved))
    await approve(house, await house.claimed(), same_as=SameAs(registration, "change"))
    kept = await house.rows(VERSIONS)
    hana, taro = house.reviewer.id, house.colleague.id
    assert [(row["because"], row["staff_id"], row["version"]) for row in kept] == [
        ("completed", hana, 1),
        ("changed", hana, 2),
        ("renewed", hana, 3),
        ("contact_changed", None, 4),
        ("notice_stopped", taro, 5),
        ("replaced", hana, 6),
        ("changed", hana, 7),
    ]
    assert [row["at"] for row in kept] == [first, *[house.clock()] * 6]
    assert [row["content"]["card_number"] for row in kept] == [FIRST] * 5 + [SECOND] * 2
    assert kept[0]["content"]["address"] == "熊本県熊本市中央区見本町1-2-3"
    assert [kept[-1]["content"]] == [row["content"] for row in await house.rows(REGISTRATIONS)]


async def test_being_told_is_no_change(house: House) -> None:
    await approve(house, await house.claimed(expiry_notice=True))
    house.clock.move(days=5 * 365)
    assert await use_cases.say_expiring(house.review)
    assert [row["because"] for row in await house.rows(VERSIONS)] == ["completed"]


async def test_the_versions_go_with_the_registration(house: House) -> None:
    await registered(house)
    house.clock.move(days=20 * 366)
    await forgetting.forget_old(house.review)
    assert await house.rows(VERSIONS) == []


async def test_what_is_refused_leaves_no_version(house: House) -> None:
    await registered(house)
    before = await house.rows(VERSIONS)
    case = await house.claimed(kind="renewal")
    with pytest.raises(Invalid):
        await approve(house, case)
    assert await house.rows(VERSIONS) == before


def test_one_statement_writes_registrations_and_it_writes_the_version_too() -> None:
    """Besides it one says who was told, and one deletes with all versions."""
    texts = [file.read_text(encoding="utf-8") for file in REVIEW.rglob("*.py")]
    found = sorted(" ".join(each.split())[:48] for text in texts for each in WRITES.findall(text))
    assert found == [
        "DELETE FROM registrations WHERE expires_on < $1",
        "INSERT INTO registrations ({_COLUMNS}, registere",
        "UPDATE registrations SET told_days = $2 WHERE id",
    ]
    assert "INSERT INTO registration_versions" in store.SAVE


#: As the services before this version wrote it.
REGISTERED_BEFORE = """
INSERT INTO registrations (id, application_id, version, status, card_number, name_raw, name, name_key, birth_date,
    postal_code, address, address_key, phone, phone_key, email, category, expires_on, pickup_branch, hold_contact,
    registered_at, changed_at)
SELECT gen_random_uuid(), gen_random_uuid(), 3, 'active', card_number, '', '水前寺 はな', '', '1991-04-12', '', '', '', '', '',
       '', 'resident', '2031-11-22', 'main', 'none', now(), '2026-11-01 00:00Z' FROM card_numbers
"""


async def test_registrations_from_before_have_a_version_from_the_migration_on(
    blank_database: FromNothing, tmp_path: Path
) -> None:
    url, before = await blank_database(), tmp_path / "review" / "migrations"
    before.mkdir(parents=True)
    for file in sorted((REVIEW / "migrations").glob("*.sql"))[:10]:
        shutil.copy(file, before)
    await migrate(url, [MIGRATIONS, before])
    conn = await asyncpg.connect(url)
    await conn.execute("INSERT INTO card_numbers VALUES ('1', now()), ('2', now())")
    await conn.execute(REGISTERED_BEFORE)
    await migrate(url, SERVICE.migrations)
    rows = await conn.fetch(
        "SELECT version, because, staff_id, at, content->>'name' AS name FROM registration_versions"
    )
    await conn.close()
    kept = {
        "version": 3,
        "because": "kept_from_now_on",
        "staff_id": None,
        "at": datetime(2026, 11, 1, tzinfo=UTC),
        "name": "水前寺 はな",
    }
    assert [dict(row) for row in rows] == [kept, kept]
