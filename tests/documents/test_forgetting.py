"""Forgetting: on demand, on time, and what a crash left behind."""

import asyncio
import os
from datetime import datetime, timedelta

import pytest

from chassis.ids import new_id
from chassis.testing import deliver, heard
from services.documents.app import HANDLERS
from services.documents.model.retention import Standing
from services.documents.use_cases import access, forgetting
from tests.documents import pictures
from tests.documents.conftest import House, problem

GONE = {"folder": None, "wrapped_key": None, "key_name": None, "fingerprint": None}


async def approved(house: House, source: str = "review.approved.v1") -> None:
    event = heard(source, "review", house.application, {"round": 1})
    await deliver(house.vault, house.vault.db, HANDLERS, event)


def age(house: House, name: str, moment: datetime) -> None:
    os.utime(house.storage / name, (moment.timestamp(), moment.timestamp()))


async def test_a_deleted_document_leaves_neither_key_nor_objects(house: House) -> None:
    document, other = await house.stored(), await house.stored()
    [kept] = await house.rows(f"SELECT folder FROM documents WHERE id = '{other}'")
    assert (await house.delete(document)).status == 204
    [row] = await house.rows(
        f"SELECT deleted_at, folder, wrapped_key, key_name, fingerprint FROM documents WHERE id = '{document}'"
    )
    assert row == {"deleted_at": house.clock(), **GONE}
    assert {name.partition("/")[0] for name in house.objects()} == {kept["folder"]}
    house.clock.move(days=1)
    assert (await house.delete(document)).status == 204
    [row] = await house.rows(f"SELECT deleted_at FROM documents WHERE id = '{document}'")
    assert row == {"deleted_at": house.clock() - timedelta(days=1)}


async def test_a_document_that_never_was_is_not_deleted(house: House) -> None:
    assert await problem(await house.delete(new_id())) == (404, "not_found")


async def test_images_go_on_the_day_that_policy_says_and_not_before(house: House) -> None:
    document = await house.stored()
    await approved(house)
    # It is noon in Japan; seven days later begins twelve hours before the seventh noon.
    house.clock.move(days=6, hours=11, minutes=59, seconds=59)
    assert await forgetting.delete_due(house.vault) is False
    assert (await house.get(document)).status == 200
    house.clock.move(seconds=1)
    await forgetting.delete_due(house.vault)
    assert await problem(await house.get(document)) == (404, "not_found")
    assert house.objects() == []
    [row] = await house.rows("SELECT deleted_at, folder, wrapped_key, key_name, fingerprint FROM documents")
    assert row == {"deleted_at": house.clock(), **GONE}


async def test_images_of_an_open_application_and_of_others_stay(house: House) -> None:
    document = await house.stored()
    data = {"kind": "new", "receipt_number": "K7Q4", "round": 1, "document_ids": [], "expected_date": "2026-12-01"}
    submitted = heard("application.submitted.v1", "intake", house.application, data)
    for event in (heard("review.approved.v1", "review", new_id(), {"round": 1}), submitted):
        await deliver(house.vault, house.vault.db, HANDLERS, event)
    house.clock.move(days=4000)
    assert await forgetting.delete_due(house.vault) is False
    assert (await house.get(document)).status == 200


async def test_what_was_never_submitted_goes_by_a_clock_from_the_upload(house: House) -> None:
    document = await house.stored()
    # It is noon in Japan; the thirtieth day after begins twelve hours before the thirtieth noon.
    house.clock.move(days=29, hours=11, minutes=59, seconds=59)
    await forgetting.delete_due(house.vault)
    assert (await house.get(document)).status == 200
    house.clock.move(seconds=1)
    await forgetting.delete_due(house.vault)
    assert house.objects() == []
    assert [each["why"] for each in await house.said("document.deleted.v1")] == ["unfinished"]


async def test_every_deletion_is_said_once_with_its_proof(house: House) -> None:
    asked, shows_number, due = [await house.stored() for _ in range(3)]
    for _ in range(2):
        await house.delete(asked)
        await house.delete(shows_number, why="individual_number")
    await approved(house)
    house.clock.move(days=7)
    for _ in range(2):
        await forgetting.delete_due(house.vault)
    week, now = "2026-11-22T03:00:00Z", "2026-11-29T03:00:00Z"
    assert await house.said("document.deleted.v1") == [
        {"id": str(id_), "type": "driving_licence", "side": "front", "why": why, "deleted_at": at}
        for id_, why, at in (
            (asked, "requested", week),
            (shows_number, "individual_number", week),
            (due, "approved", now),
        )
    ]
    rows = await house.rows("SELECT deleted_because, deleted_by FROM documents ORDER BY id")
    actor = f"applicant:{house.application}"
    assert [(row["deleted_because"], row["deleted_by"]) for row in rows] == [
        ("requested", actor),
        ("individual_number", actor),
        ("approved", None),
    ]


async def test_a_deletion_for_no_known_reason_is_refused(house: House) -> None:
    document = await house.stored()
    for query in ({"why": "x"}, {"why": ""}, {"because": "requested"}):
        assert await problem(await house.delete(document, **query)) == (422, "invalid")
    assert (await house.get(document)).status == 200


async def test_an_image_that_arrives_after_the_end_goes_too(house: House) -> None:
    await approved(house, "review.withdrawal_accepted.v1")
    await house.stored()
    await forgetting.delete_due(house.vault)
    assert house.objects() == []


async def test_more_than_one_batch_is_deleted_in_one_go(house: House) -> None:
    async with house.vault.db.transaction() as tx:
        await tx.conn.execute(
            """INSERT INTO documents SELECT gen_random_uuid(), $1, 'student_id', 'front', 1, 1, 1, '{}', 'none', now(),
               md5(n::text), '', 'k1', '' FROM generate_series(1, 150) n""",
            house.application,
        )
    await approved(house, "review.withdrawal_accepted.v1")
    assert [await forgetting.delete_due(house.vault) for _ in range(2)] == [True, False]
    assert await house.rows("SELECT id FROM documents WHERE deleted_at IS NULL") == []


async def test_the_sweep_takes_what_belongs_to_no_document_and_is_old(house: House) -> None:
    await house.stored()
    old, young = house.clock() - timedelta(minutes=61), house.clock() - timedelta(minutes=59)
    for name in house.objects():
        age(house, name, old)
    living = house.objects()
    await house.vault.storage.write({"reading": b"x", "screen": b"x"})
    orphans = sorted(set(house.objects()) - set(living))
    for name in orphans:
        age(house, name, young)
    await forgetting.sweep(house.vault)
    assert house.objects() == sorted([*living, *orphans])
    for name in orphans:
        age(house, name, old)
    await forgetting.sweep(house.vault)
    assert house.objects() == living
    assert {path.name for path in house.storage.iterdir()} == {living[0].partition("/")[0]}


async def test_the_sweep_takes_unfinished_files_and_nothing_that_is_not_ours(house: House) -> None:
    folder = "0" * 32
    unfinished = f"{folder}/reading#1"
    foreign = ["README", "photos/holiday.jpg", f"{'g' * 32}/reading", f"{folder}x/screen", "keep/screen#1"]
    for name in (unfinished, *foreign):
        path = house.storage / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        age(house, name, house.clock() - timedelta(days=1))
    await forgetting.sweep(house.vault)
    assert house.objects() == sorted(foreign)


async def test_the_sweep_finishes_what_a_deletion_could_not(house: House) -> None:
    document = await house.stored()
    aside = house.storage.with_name("aside")
    house.storage.rename(aside)
    house.storage.write_bytes(b"")
    # Nothing is said to be gone before its key is.
    assert await problem(await house.delete(document)) == (503, "unavailable")
    assert await house.said("document.deleted.v1") == []
    house.storage.unlink()
    aside.rename(house.storage)
    (house.storage / house.objects()[0]).with_name("key").unlink()
    assert len(house.objects()) == 3
    assert await problem(await house.get(document)) == (404, "not_found")
    async with house.vault.db.transaction() as tx:
        await tx.conn.execute("DELETE FROM documents")
    for name in house.objects():
        age(house, name, house.clock() - timedelta(hours=2))
    await forgetting.sweep(house.vault)
    assert house.objects() == []


async def test_ids_of_tokens_are_forgotten_once_they_have_expired(house: House) -> None:
    await house.put(new_id(), pictures.jpeg())
    assert await access.prune_tokens(house.vault) is False
    house.clock.move(seconds=61)
    assert await access.prune_tokens(house.vault) is True
    assert await house.rows("SELECT * FROM used_tokens") == []


async def hear(house: House, outcome: str, round_: int = 1) -> None:
    async with house.vault.db.transaction() as tx:
        standing = Standing(round_, outcome, house.clock())
        await forgetting.hear_of_application(house.vault, tx, house.application, standing)


async def erase(house: House) -> None:
    async with house.vault.db.transaction() as tx:
        await forgetting.erase_application(house.vault, tx, house.application, house.clock())


async def test_an_expired_application_starts_the_clock_that_policy_has_for_it(house: House) -> None:
    await house.stored()
    await hear(house, "open")
    await hear(house, "expired")
    await forgetting.delete_due(house.vault)
    assert house.objects() == []
    assert [each["why"] for each in await house.said("document.deleted.v1")] == ["expired"]


async def test_an_expired_application_that_was_submitted_all_the_same_is_open(house: House) -> None:
    document = await house.stored()
    await hear(house, "open", 2)
    await hear(house, "expired", 1)
    await forgetting.delete_due(house.vault)
    assert (await house.get(document)).status == 200


@pytest.mark.parametrize("outcome", ["open", "expired", "withdrawn", "rejected", "approved"])
async def test_erasing_destroys_at_once_whatever_else_is_heard_and_whenever(house: House, outcome: str) -> None:
    for acts in ((erase, hear), (hear, erase, erase)):
        house.application = new_id()
        await house.stored()
        for act in acts:
            await (act(house, outcome, 9) if act is hear else erase(house))
        # The loop that destroys is told to look now.
        async with asyncio.timeout(1):
            await house.vault.erased.wait(60)
        await house.stored()
        await forgetting.delete_due(house.vault)
        assert house.objects() == []
        [row] = await house.rows(f"SELECT outcome FROM applications WHERE id = '{house.application}'")
        assert row == {"outcome": "erased"}
