"""Storing: what is refused, what is repeated, and what is left when something is away."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import recorded_events
from services.documents.model.kinds import kind_of
from tests.documents import pictures
from tests.documents.conftest import House, problem


async def nothing_was_stored(house: House) -> bool:
    async with house.vault.db.connection() as conn:
        events = await recorded_events(conn)
    return (house.objects(), await house.rows("SELECT id FROM documents"), events) == ([], [], [])


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (b"", (422, "unreadable_image")),
        (b"hello, I am a picture", (422, "unreadable_image")),
        (pictures.noise(5_000_000), (422, "unreadable_image")),
        (b"\xff\xd8\xff" + pictures.noise(5_000_000), (422, "unreadable_image")),
        (pictures.jpeg()[:2000], (422, "unreadable_image")),
        (b"%PDF-1.7\n" + pictures.jpeg(), (422, "pdf")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (422, "unreadable_image")),
        (pictures.flood_png(), (422, "too_many_pixels")),
        (pictures.flood_webp(), (422, "too_many_pixels")),
        (pictures.flood_heic(), (422, "too_many_pixels")),
    ],
    ids=["empty", "text", "noise", "noise as jpeg", "truncated", "pdf", "svg", "png flood", "webp flood", "heic flood"],
)
async def test_a_bad_image_is_refused_with_its_reason(house: House, image: bytes, code: tuple[int, str]) -> None:
    answer = await house.put(new_id(), image, headers={"Content-Type": "image/jpeg"})
    assert await problem(answer) == code
    assert (await answer.json())["errors"] == [{"field": "image", "code": code[1], "message": ""}]
    assert await nothing_was_stored(house)


@pytest.mark.parametrize("image", [pictures.heic(), pictures.animated_gif(), pictures.see_through_png()])
async def test_names_and_headers_are_not_believed(house: House, image: bytes) -> None:
    for content_type in ("image/jpeg", "application/octet-stream", "text/html"):
        headers = {"Content-Type": content_type, "Content-Disposition": 'attachment; filename="../../x.exe"'}
        assert (await house.put(new_id(), image, headers=headers)).status == 201


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"type": "library_card"}, [("type", "unknown_type")]),
        ({"type": ""}, [("type", "unknown_type")]),
        ({"type": "x" * 5000}, [("type", "unknown_type")]),
        ({"type": "\0"}, [("type", "unknown_type")]),
        ({"side": "inside"}, [("side", "unknown_side")]),
        ({"type": "my_number_card", "side": "back"}, [("side", "mynumber_back")]),
        ({"type": "mynumber_card_with_licence", "side": "back"}, [("side", "mynumber_back")]),
        ({"type": "health_insurance_card"}, [("type", "hokensho_ended")]),
        ({"type": "tsuchi_card"}, [("type", "tsuchi_card")]),
        ({"application": "x"}, [("application", "invalid")]),
        ({"colour": "red"}, [("colour", "unknown_field")]),
    ],
    ids=str,
)
async def test_what_policy_does_not_take_is_refused_before_the_image_is_looked_at(
    house: House, query: dict[str, str], errors: list[tuple[str, str]]
) -> None:
    # Even bytes that are no image: they are not looked at.
    answer = await house.put(new_id(), b"not even an image", **query)
    body = await answer.json()
    assert answer.status == 422
    assert [(each["field"], each["code"]) for each in body["errors"]] == errors
    assert body["code"] == (errors[0][1] if errors[0][0] in ("type", "side") else "invalid")
    assert await nothing_was_stored(house)


async def test_missing_and_doubled_parameters_are_named(house: House) -> None:
    document = new_id()
    url = f"/internal/v1/documents/{document}"
    for params, wanted in (
        ([], [("application", "required"), ("type", "required"), ("side", "required")]),
        ([("type", "a"), ("type", "b"), ("side", "front")], [("application", "required"), ("type", "invalid")]),
    ):
        headers = {"Authorization": f"Bearer {house.token('put', document)}"}
        answer = await house.client.put(url, params=params, data=b"x", headers=headers)
        assert answer.status == 422
        assert [(each["field"], each["code"]) for each in (await answer.json())["errors"]] == wanted


async def test_the_limit_of_bytes_holds_whether_they_are_announced_or_not(house: House) -> None:
    limit = house.vault.policy.limits.upload_bytes
    sent = 0

    async def unannounced() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(limit // 65_536 * 4):
            sent += 65_536
            yield bytes(65_536)

    answer = await house.put(new_id(), bytes(limit + 1))
    assert await problem(answer) == (413, "too_large")
    try:
        answer = await house.put(new_id(), unannounced())
        assert await problem(answer) == (413, "too_large")
    except ConnectionError:
        # The service hung up on a sender who would not stop.
        pass
    assert sent < limit * 4
    # Exactly as much as is allowed is looked at.
    assert await problem(await house.put(new_id(), bytes(limit))) == (422, "unreadable_image")
    assert await nothing_was_stored(house)


async def test_packed_bytes_are_not_unpacked(house: House) -> None:
    answer = await house.put(new_id(), pictures.jpeg(), headers={"Content-Encoding": "gzip"})
    assert await problem(answer) == (415, "encoded")
    assert await nothing_was_stored(house)


async def test_the_same_image_again_is_the_same_answer_and_said_once(house: House) -> None:
    document = new_id()
    answers = [await house.put(document, pictures.jpeg()) for _ in range(3)]
    assert [answer.status for answer in answers] == [201] * 3
    first, *others = [await answer.json() for answer in answers]
    assert others == [first, first]
    async with house.vault.db.connection() as conn:
        assert len(await recorded_events(conn)) == 1
    assert len(house.objects()) == 4


async def test_the_same_image_at_the_same_time_is_stored_once(house: House) -> None:
    document = new_id()
    answers = await asyncio.gather(*(house.put(document, pictures.phone_jpeg()) for _ in range(4)))
    assert [answer.status for answer in answers] == [201] * 4
    assert len({await answer.text() for answer in answers}) == 1
    async with house.vault.db.connection() as conn:
        assert len(await recorded_events(conn)) == 1
    [row] = await house.rows("SELECT folder FROM documents")
    assert house.objects() == [f"{row['folder']}/{name}" for name in ("key", "reading", "screen", "thumbnail")]


async def test_another_image_under_the_same_id_is_refused(house: House) -> None:
    document = await house.stored()
    same = pictures.jpeg()
    other = dataclasses.replace(house, application=new_id())
    for answer in (
        await house.put(document, pictures.phone_jpeg()),
        await house.put(document, b"no image at all"),
        await house.put(document, same, side="back"),
        await house.put(document, same, type="my_number_card"),
        await other.put(document, same),
    ):
        assert await problem(answer) == (409, "other_image")
    assert (await house.get(document)).status == 200


async def test_a_deleted_id_is_never_used_again(house: House) -> None:
    document = await house.stored()
    await house.delete(document)
    assert await problem(await house.put(document, pictures.jpeg())) == (409, "deleted")
    assert house.objects() == []


async def test_storage_away_is_a_clear_answer_and_leaves_nothing(house: House) -> None:
    # As on a full disk or a lost mount: the folder is no folder any more. (Tests may run as root, who may write all.)
    house.storage.rmdir()
    house.storage.write_bytes(b"")
    document = new_id()
    answer = await house.put(document, pictures.jpeg())
    assert answer.headers["Retry-After"] == "5"
    assert await problem(answer) == (503, "unavailable")
    assert await house.vault.storage.check() == "away"
    house.storage.unlink()
    house.storage.mkdir()
    assert await house.vault.storage.check() == ""
    assert await nothing_was_stored(house)
    assert (await house.put(document, pictures.jpeg())).status == 201


async def test_storage_away_while_reading_is_a_clear_answer(house: House) -> None:
    document = await house.stored()
    aside = house.storage.with_name("aside")
    house.storage.rename(aside)
    house.storage.write_bytes(b"")
    assert await problem(await house.get(document)) == (503, "unavailable")
    assert await house.rows("SELECT * FROM reads") == []
    # The key lies there too: nothing is said to be deleted before it is.
    assert await problem(await house.delete(document)) == (503, "unavailable")
    house.storage.unlink()
    aside.rename(house.storage)
    assert (await house.delete(document)).status == 204
    assert (await problem(await house.get(document)), house.objects()) == ((404, "not_found"), [])


async def test_a_disk_that_is_full_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # The second rendition cannot be written: its place is taken by something that no file can replace.
    monkeypatch.setattr("services.documents.objects.secrets.token_hex", lambda _: "f" * 32)
    (house.storage / ("f" * 32) / "screen" / "blocked").mkdir(parents=True)
    assert await problem(await house.put(new_id(), pictures.jpeg())) == (503, "unavailable")
    assert house.objects() == []


async def test_what_lies_on_the_disk_cannot_be_read_without_the_keys(house: House) -> None:
    await house.stored()
    contents = [path.read_bytes() for path in house.storage.rglob("*") if path.is_file()]
    assert len(contents) == 4
    for content in contents:
        assert kind_of(content[:128]) is None
        for telltale in (b"\xff\xd8\xff", b"JFIF", b"Exif"):
            assert telltale not in content
    [row] = await house.rows("SELECT * FROM documents")
    stored: dict[str, Any] = dict(row)
    kept = [*contents, *(value for value in stored.values() if isinstance(value, bytes))]
    assert not any(house.vault.keys.get("k1") in value for value in kept)
    assert stored["wrapped_key"] is None
    assert str(row["id"]) not in row["folder"]
