"""Reading: each look is written down before anyone sees anything."""

import dataclasses
import io
from datetime import timedelta
from pathlib import Path

from PIL import Image

from chassis.ids import new_id
from chassis.testing import started
from services.documents.app import SERVICE
from services.documents.model.sealing import MasterKeys
from services.documents.use_cases import reading
from tests.documents import pictures
from tests.documents.conftest import SEEDS, House, problem, write_keys


async def test_every_rendition_can_be_read_in_its_size(house: House) -> None:
    document = new_id()
    await house.put(document, pictures.jpeg(pictures.card(4032, 2520)))
    sizes = {}
    for rendition in ("reading", "screen", "thumbnail"):
        answer = await house.get(document, rendition)
        picture = Image.open(io.BytesIO(await answer.read()))
        assert pictures.seems_upright(picture)
        sizes[rendition] = picture.size
    assert sizes == {"reading": (2016, 1260), "screen": (1008, 630), "thumbnail": (336, 210)}


async def test_every_read_is_an_audit_row(house: House) -> None:
    document = await house.stored()
    staff = f"staff:{new_id()}"
    await house.get(document, "screen")
    house.clock.move(minutes=5)
    token = house.token("read", document, caller="review", key=SEEDS["review"], actor=staff)
    await house.get(document, "reading", token=token)
    rows = await house.rows("SELECT read_at, caller, actor, document, application, rendition FROM reads ORDER BY id")
    of = {"document": document, "application": house.application}
    now = house.clock()
    assert rows == [
        {
            "read_at": now - timedelta(minutes=5),
            "caller": "intake",
            "actor": f"applicant:{house.application}",
            **of,
            "rendition": "screen",
        },
        {"read_at": now, "caller": "review", "actor": staff, **of, "rendition": "reading"},
    ]


async def test_what_is_not_there_is_not_found_and_not_written_down(house: House) -> None:
    document = await house.stored()
    assert await problem(await house.get(document, "original")) == (404, "not_found")
    assert await problem(await house.get(new_id())) == (404, "not_found")
    await house.delete(document)
    assert await problem(await house.get(document)) == (404, "not_found")
    assert await house.rows("SELECT * FROM reads") == []


async def test_a_lost_object_is_a_clear_answer(house: House) -> None:
    document = await house.stored()
    for name in house.objects():
        (house.storage / name).unlink()
    assert await problem(await house.get(document)) == (404, "not_found")


async def test_exchanged_or_damaged_objects_do_not_open(house: House) -> None:
    document, other = await house.stored(), await house.stored()
    rows = await house.rows("SELECT id, folder FROM documents")
    folders = {row["id"]: house.storage / row["folder"] for row in rows}
    mine, theirs = folders[document] / "reading", folders[other] / "reading"
    content = mine.read_bytes()
    for wrong in (theirs.read_bytes(), (folders[document] / "screen").read_bytes(), content[:-1], b"", b"\xff\xd8\xff"):
        mine.write_bytes(wrong)
        assert await problem(await house.get(document)) == (503, "cannot_be_opened")
    mine.write_bytes(content)
    assert (await house.get(document)).status == 200


async def test_documents_of_an_older_master_key_stay_readable(house: House, tmp_path: Path) -> None:
    document = await house.stored()
    both = {**house.vault.keys.by_name, "k2": bytes(range(32))}
    rotated = dataclasses.replace(house.settings, master_keys=write_keys(tmp_path / "both", both))
    async with started(SERVICE, rotated, house.database_url, house.clock) as (vault, client):
        later = dataclasses.replace(house, vault=vault, client=client)
        assert (await later.get(document)).status == 200
        # The same bytes again are still recognised, and a new document takes the new key.
        assert (await later.put(document, pictures.jpeg())).status == 201
        assert (await later.put(document, pictures.phone_jpeg())).status == 409
        await later.stored()
        assert await later.rows("SELECT key_name FROM documents ORDER BY stored_at, key_name") == [
            {"key_name": "k1"},
            {"key_name": "k2"},
        ]
        assert await reading.check_keys(vault) == ""
    without = dataclasses.replace(house.vault, read_keys=lambda: MasterKeys({"k2": bytes(range(32))}))
    assert await reading.check_keys(without) == "master keys missing: k1"


async def test_a_missing_master_key_is_a_clear_answer(house: House, tmp_path: Path) -> None:
    document = await house.stored()
    other = dataclasses.replace(house.settings, master_keys=write_keys(tmp_path / "other", {"k2": bytes(32)}))
    async with started(SERVICE, other, house.database_url, house.clock) as (vault, client):
        later = dataclasses.replace(house, vault=vault, client=client)
        assert await problem(await later.get(document)) == (503, "cannot_be_opened")
        assert await problem(await later.put(document, pictures.jpeg())) == (503, "cannot_be_opened")


async def test_audit_rows_go_when_the_policy_says(house: House) -> None:
    document = await house.stored()
    await house.get(document)
    house.clock.move(days=house.vault.policy.retention.audit)
    assert await reading.prune_reads(house.vault) is False
    assert len(await house.rows("SELECT * FROM reads")) == 1
    house.clock.move(seconds=1)
    assert await reading.prune_reads(house.vault) is True
    assert await house.rows("SELECT * FROM reads") == []
