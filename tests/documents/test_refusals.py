"""A file that was refused, or that staff asked to be replaced, is known when it is sent again."""

import secrets
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing import deliver, heard
from services.documents.app import HANDLERS
from services.documents.use_cases import forgetting, storing
from tests.documents import pictures
from tests.documents.conftest import House, write_keys

TRUNCATED = pictures.jpeg()[:2000]


async def submitted(house: House, round_: int = 1) -> None:
    data = {"kind": "new", "receipt_number": "K7Q4", "round": round_, "document_ids": [], "expected_date": "2026-12-01"}
    event = heard("application.submitted.v1", "intake", house.application, data)
    await deliver(house.vault, house.vault.db, HANDLERS, event)


async def codes(answer: Any) -> tuple[int, str, list[str]]:
    body = await answer.json()
    return answer.status, body["code"], [each["code"] for each in body["errors"]]


async def warnings(house: House, image: bytes, **query: str) -> list[str]:
    answer = await house.put(new_id(), image, **query)
    assert answer.status == 201
    found: list[str] = (await answer.json())["warnings"]
    return found


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (TRUNCATED, "unreadable_image"),
        (b"no image", "unreadable_image"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n%PDF-1.7\n", "unreadable_image"),
        (pictures.flood_png(), "too_many_pixels"),
    ],
    ids=["truncated", "no image", "pdf", "not quite a pdf", "flood"],
)
async def test_a_refused_file_is_known_again_and_not_decoded_again(house: House, image: bytes, code: str) -> None:
    assert await codes(await house.put(new_id(), image)) == (422, code, [code])
    await house.vault.decoder.close()
    house.vault.decoder.idle.clear()
    for _ in range(2):
        assert await codes(await house.put(new_id(), image)) == (422, code, [code, "same_as_before"])
    assert house.vault.decoder.pids() == set()
    assert (await house.put(new_id(), pictures.jpeg())).status == 201
    # Who it was is nobody else's business.
    house.application = new_id()
    assert await codes(await house.put(new_id(), image)) == (422, code, [code])


async def test_nothing_is_remembered_that_the_image_is_not_to_blame_for(house: House) -> None:
    house.vault.room.free = 100
    assert (await house.put(new_id(), TRUNCATED)).status == 503
    assert (await house.put(new_id(), TRUNCATED, type="library_card")).status == 422
    assert await house.rows("SELECT * FROM refusals") == []


async def test_what_is_remembered_says_nothing_of_the_bytes_and_goes_on_time(house: House) -> None:
    await house.put(new_id(), TRUNCATED)
    [row] = await house.rows("SELECT application, length(mark) AS length, code, refused_at FROM refusals")
    assert row == {
        "application": house.application, "length": 32, "code": "unreadable_image", "refused_at": house.clock()
    }  # fmt: skip
    # It is noon in Japan; the thirtieth day after begins twelve hours before the thirtieth noon.
    house.clock.move(days=29, hours=11, minutes=59, seconds=59)
    assert await storing.prune_refusals(house.vault) is False
    house.clock.move(seconds=1)
    assert await storing.prune_refusals(house.vault) is True
    assert await codes(await house.put(new_id(), TRUNCATED)) == (422, "unreadable_image", ["unreadable_image"])


async def test_a_new_master_key_knows_what_the_old_one_marked(house: House) -> None:
    await house.put(new_id(), TRUNCATED)
    keys = {**house.vault.keys.by_name, "k2": secrets.token_bytes(32)}
    write_keys(house.settings.master_keys, keys)
    assert (await codes(await house.put(new_id(), TRUNCATED)))[2] == ["unreadable_image", "same_as_before"]
    del keys["k1"]
    write_keys(house.settings.master_keys, keys)
    assert house.vault.keys.newest == "k2"
    assert (await codes(await house.put(new_id(), TRUNCATED)))[2] == ["unreadable_image"]


async def test_the_picture_that_was_to_be_replaced_is_known_when_it_comes_again(house: House) -> None:
    picture = pictures.jpeg()
    assert await warnings(house, picture) == ["too_small"]
    # Not submitted yet: who sends it twice meant to, or pressed twice.
    assert await warnings(house, picture) == ["too_small"]
    await submitted(house)
    assert await warnings(house, picture) == ["too_small", "same_image"]
    assert await warnings(house, picture, side="back") == ["too_small"]
    assert await warnings(house, pictures.phone_jpeg()) == ["too_small"]
    stored = (await house.said("document.stored.v1"))[2]
    assert stored["warnings"] == ["too_small", "same_image"]


async def test_the_picture_is_known_even_once_the_first_of_them_was_replaced(house: House) -> None:
    first = await house.stored()
    await submitted(house)
    await house.stored()
    await house.delete(first)
    assert await warnings(house, pictures.jpeg()) == ["too_small", "same_image"]


async def test_the_picture_of_another_application_is_never_known(house: House) -> None:
    await house.stored()
    await submitted(house)
    house.application = new_id()
    await submitted(house)
    assert await warnings(house, pictures.jpeg()) == ["too_small"]


async def test_a_file_that_was_destroyed_for_its_individual_number_is_not_taken_again(house: House) -> None:
    document = await house.stored()
    assert (await house.delete(document, why="individual_number")).status == 204
    code = "individual_number_visible"
    for side in ("front", "back"):
        assert await codes(await house.put(new_id(), pictures.jpeg(), side=side)) == (
            422,
            code,
            [code, "same_as_before"],
        )
    assert (await house.put(new_id(), pictures.phone_jpeg())).status == 201


async def test_what_was_only_taken_back_may_be_sent_again(house: House) -> None:
    await house.delete(await house.stored())
    assert await warnings(house, pictures.jpeg()) == ["too_small"]


async def test_masking_and_deletion_leave_no_mark(house: House) -> None:
    await submitted(house)
    masked, deleted = await house.stored(type="eligibility_certificate"), await house.stored()
    await house.mask(masked, (0.1, 0.1, 0.2, 0.2))
    await house.delete(deleted)

    async def mark(document: UUID) -> Any:
        return (await house.rows(f"SELECT mark FROM documents WHERE id = '{document}'"))[0]["mark"]

    assert (await mark(masked), await mark(deleted)) == (b"", None)
    assert "same_image" not in await warnings(house, pictures.jpeg(), type="eligibility_certificate")


async def test_an_erased_application_leaves_nothing_of_its_refusals(house: House) -> None:
    await house.put(new_id(), TRUNCATED)
    async with house.vault.db.transaction() as tx:
        await forgetting.erase_application(house.vault, tx, house.application, house.clock())
    assert await house.rows("SELECT * FROM refusals") == []
