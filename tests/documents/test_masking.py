"""Masking: what was covered is in nothing that is left."""

import asyncio
import io
import math
from functools import cache
from itertools import product
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from chassis.ids import new_id
from services.documents.model import sealing
from services.documents.model.document import RENDITIONS
from services.documents.model.images import clean
from services.documents.model.kinds import JPEG, PNG
from services.documents.model.masking import Box, burn
from tests.documents import pictures
from tests.documents.conftest import STAFF, House, problem

#: Of `pictures.card`, which has a colour in each quarter.
UPPER_LEFT = (0.0, 0.0, 0.5, 0.5)
SHARES = st.floats(0, 0.999)


def dark(picture: Image.Image, x: float, y: float) -> bool:
    pixel = picture.getpixel((int(x * picture.width), int(y * picture.height)))
    assert isinstance(pixel, tuple)
    return max(pixel) < 16


async def picture_of(house: House, document: Any, rendition: str) -> Image.Image:
    return Image.open(io.BytesIO(await (await house.get(document, rendition)).read()))


@pytest.mark.parametrize(
    ("type_", "mask"), [("driving_licence", "none"), ("eligibility_certificate", "pending"), ("my_number_card", "none")]
)
async def test_policy_says_which_documents_wait_for_a_mask(house: House, type_: str, mask: str) -> None:
    answer = await house.put(new_id(), pictures.jpeg(), type=type_)
    assert (answer.status, (await answer.json())["mask"]) == (201, mask)


async def test_boxes_are_black_in_every_rendition_and_nothing_else_is(house: House) -> None:
    document = await house.stored(type="eligibility_certificate")
    answer = await house.mask(document, UPPER_LEFT)
    described = await answer.json()
    assert (answer.status, described["mask"], described["width"], described["height"]) == (200, "done", 640, 400)
    for rendition in RENDITIONS:
        picture = await picture_of(house, document, rendition)
        assert [dark(picture, x, y) for x, y in ((0.01, 0.01), (0.48, 0.47), (0.53, 0.5), (0.25, 0.55))] == [
            True,
            True,
            False,
            False,
        ]
    assert await house.said("document.masked.v1") == [{**described, "boxes": 1, "masked_at": "2026-11-22T03:00:00Z"}]
    assert await house.rows("SELECT masked_at, caller, actor, document, application, boxes FROM masks") == [
        {
            "masked_at": house.clock(),
            "caller": "review",
            "actor": STAFF,
            "document": document,
            "application": house.application,
            "boxes": 1,
        }
    ]


async def test_the_old_picture_cannot_be_recovered_from_what_is_left(house: House) -> None:
    document = await house.stored()
    old = {name: (house.storage / name).read_bytes() for name in house.objects()}
    assert (await house.mask(document, UPPER_LEFT)).status == 200
    [after] = await house.rows("SELECT wrapped_key, key_name, fingerprint, folder FROM documents")
    assert not set(old) & set(house.objects())
    assert {name.partition("/")[0] for name in house.objects()} == {after["folder"]}
    # Even who kept a copy of the old objects finds no key for them in what we have.
    keys = [*house.vault.keys.by_name.values()]
    keys.append(sealing.open_key(house.vault.keys, (house.storage / after["folder"] / "key").read_bytes(), document))
    wrapped = {name.partition("/")[0]: old.pop(name) for name in list(old) if name.endswith("/key")}
    for name, content in old.items():
        for key in keys:
            with pytest.raises(InvalidTag):
                sealing.unseal(key, content, document, name.rpartition("/")[2])
    assert (after["wrapped_key"], after["fingerprint"], len(wrapped)) == (None, b"", 1)
    await house.delete(document)
    [gone] = await house.rows("SELECT wrapped_key, key_name, fingerprint, folder FROM documents")
    assert (set(gone.values()), house.objects()) == ({None}, [])


async def test_nothing_to_cover_is_said_once_and_leaves_the_picture(house: House) -> None:
    document = await house.stored(type="eligibility_certificate")
    objects = house.objects()
    assert [(await (await house.mask(document)).json())["mask"] for _ in range(2)] == ["done", "done"]
    assert house.objects() == objects
    assert [each["boxes"] for each in await house.said("document.masked.v1")] == [0]


async def test_what_was_masked_can_be_masked_further(house: House) -> None:
    document = await house.stored()
    for box in (UPPER_LEFT, (0.5, 0.5, 0.5, 0.5)):
        assert (await house.mask(document, box)).status == 200
    picture = await picture_of(house, document, "screen")
    assert [dark(picture, x, y) for x, y in ((0.2, 0.2), (0.8, 0.8), (0.8, 0.2))] == [True, True, False]


async def test_two_who_mask_at_once_do_not_undo_each_other(house: House) -> None:
    document = await house.stored()
    answers = await asyncio.gather(*(house.mask(document, UPPER_LEFT) for _ in range(3)))
    assert {answer.status for answer in answers} <= {200, 409}
    done = [answer for answer in answers if answer.status == 200]
    assert len(await house.said("document.masked.v1")) == len(done) >= 1
    assert len(house.objects()) == 1 + len(RENDITIONS)
    assert dark(await picture_of(house, document, "reading"), 0.2, 0.2)


async def test_a_deleted_document_cannot_be_masked_and_a_masked_one_not_sent_again(house: House) -> None:
    document = await house.stored()
    await house.mask(document, UPPER_LEFT)
    assert await problem(await house.put(document, pictures.jpeg())) == (409, "masked")
    await house.delete(document)
    assert await problem(await house.mask(document, UPPER_LEFT)) == (404, "not_found")
    assert await problem(await house.mask(new_id())) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ([], 400),
        ({"boxes": [], "why": "x"}, 422),
        ({"boxes": [[0, 0, 1, 1]]}, 422),
        ({"boxes": [{"x": 0, "y": 0, "width": 0, "height": 1}]}, 422),
        ({"boxes": [{"x": 1, "y": 0, "width": 1, "height": 1}]}, 422),
        ({"boxes": [{"x": 0, "y": 0, "width": 1, "height": "1"}]}, 422),
        ({"boxes": [{"x": 0, "y": 0, "width": 1}]}, 422),
        ({"boxes": [{"x": 0, "y": 0, "width": 1, "height": 1}] * 51}, 422),
    ],
    ids=str,
)
async def test_wrong_boxes_change_nothing(house: House, body: Any, status: int) -> None:
    document = await house.stored()
    objects = house.objects()
    headers = {"Authorization": f"Bearer {house.token('mask', document)}"}
    answer = await house.client.post(f"/internal/v1/documents/{document}/masks", json=body, headers=headers)
    assert answer.status == status
    assert (house.objects(), await house.said("document.masked.v1")) == (objects, [])


async def test_while_the_storage_is_away_nothing_is_masked_and_the_picture_stays(house: House) -> None:
    document = await house.stored()
    aside = house.storage.with_name("aside")
    house.storage.rename(aside)
    house.storage.write_bytes(b"")
    assert (await house.mask(document, UPPER_LEFT)).status == 503
    house.storage.unlink()
    aside.rename(house.storage)
    assert (await house.get(document)).status == 200
    assert await house.rows("SELECT * FROM masks") == []


@given(SHARES, SHARES, st.floats(0.001, 1), st.floats(0.001, 1))
def test_never_a_pixel_less_than_asked_is_black(x: float, y: float, width: float, height: float) -> None:
    reading, *_ = burn(pictures.jpeg(Image.new("RGB", (97, 61), "white")), [Box(x, y, width, height)])
    picture = Image.open(io.BytesIO(reading.jpeg)).convert("L")
    right, bottom = min(96, int((x + width) * 97)), min(60, int((y + height) * 61))
    for at in ((int(x * 97), int(y * 61)), (right, bottom)):
        grey = picture.getpixel(at)
        assert isinstance(grey, int | float) and grey < 100


#: Colours for what is covered, so that not only brightness could tell.
_INKS = ((20, 20, 160), (200, 30, 30))
#: Where the number stands, in fractions: in a corner, on no grid, across an edge, in the middle.
PLACES = ((0.0, 0.0, 0.2, 0.1), (0.313, 0.417, 0.251, 0.093), (0.81, 0.91, 0.19, 0.09), (0.4, 0.2, 0.33, 0.05))


@cache
def grain(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width // 7, height // 7), 40).resize((width, height)).convert("RGB")


def numbered(
    size: tuple[int, int], place: tuple[float, float, float, float], number: str, orientation: int
) -> Image.Image:
    """A printed page as a camera held that way stores it; only what is in `place` depends on the number."""
    width, height = size
    page = grain(*size).copy()
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(max(10, height // 18))
    for y in range(0, height, height // 12):
        draw.text((width // 20, y), "The number stands elsewhere " * 3, fill=(30, 60, 30), font=font)
    # Only whole pixels within the box: what is partly outside was not asked to be covered.
    box = [math.ceil(place[0] * width), math.ceil(place[1] * height)]
    end = [math.floor((place[0] + place[2]) * width), math.floor((place[1] + place[3]) * height)]
    label = Image.new("RGB", (end[0] - box[0], end[1] - box[1]), "white")
    inks = ImageDraw.Draw(label)
    inks.text((0, 0), number, fill=_INKS[int(number[0]) % 2], font=ImageFont.load_default(max(10, label.height)))
    page.paste(label, (box[0], box[1]))
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    mirrored = {2: Image.Transpose.FLIP_LEFT_RIGHT, 4: Image.Transpose.FLIP_TOP_BOTTOM}
    turn = {**undo, **mirrored, 5: Image.Transpose.TRANSPOSE, 7: Image.Transpose.TRANSVERSE}.get(orientation)
    return page if turn is None else page.transpose(turn)


def coded(
    size: tuple[int, int],
    place: tuple[float, float, float, float],
    number: str,
    orientation: int,
    options: dict[str, Any],
) -> bytes:
    return pictures.jpeg(numbered(size, place, number, orientation), exif=pictures.exif(orientation), **options)


def masked(image: bytes, kind: str, place: tuple[float, float, float, float]) -> list[bytes]:
    """Every rendition once the place was covered."""
    cleaned = clean(image, kind, 50_000_000)
    return [each.jpeg for each in burn(cleaned.renditions[0].jpeg, [Box(*place)], cleaned.reach)]


#: Sizes on and off the grid, as they are kept and scaled, with the codings that cameras and programs use.
CODINGS: list[tuple[tuple[int, int], dict[str, Any]]] = [
    ((640, 400), {"subsampling": 2}),
    ((633, 397), {"subsampling": 2}),
    ((403, 307), {"subsampling": 1, "quality": 60}),
    ((409, 331), {"subsampling": 0, "progressive": True}),
]
LARGE: list[tuple[tuple[int, int], dict[str, Any]]] = [
    ((2900, 2100), {"subsampling": 2, "quality": 70}),
    ((4032, 3024), {"subsampling": 2, "quality": 50}),
]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_differs_only_under_a_box_is_the_same_once_it_is_covered(orientation: int) -> None:
    for (size, options), place in product(CODINGS, PLACES):
        one, other = (coded(size, place, number, orientation, options) for number in ("123456789012", "998877665544"))
        assert one != other
        assert masked(one, JPEG, place) == masked(other, JPEG, place), (size, options, place)


@pytest.mark.parametrize(("size", "options"), LARGE)
def test_the_same_holds_for_a_phone_photo_that_is_scaled(size: tuple[int, int], options: dict[str, Any]) -> None:
    one, other = (coded(size, PLACES[1], number, 6, options) for number in ("123456789012", "998877665544"))
    assert masked(one, JPEG, PLACES[1]) == masked(other, JPEG, PLACES[1])


def test_without_its_growth_a_box_would_not_be_enough() -> None:
    """The same as it was before boxes grew: what the coding carried out of the box tells the numbers apart."""
    seen = set()
    for place, number in product(PLACES, ("123456789012", "998877665544")):
        image = coded((633, 397), place, number, 3, {"subsampling": 2, "quality": 60})
        seen.add(burn(clean(image, JPEG, 50_000_000).renditions[0].jpeg, [Box(*place)], 0)[0].jpeg)
    assert len(seen) > len(PLACES)


@pytest.mark.parametrize("size", [(640, 400), (2500, 1800), (4101, 3011)])
def test_the_same_holds_for_a_screenshot(size: tuple[int, int]) -> None:
    one, other = (
        pictures.encoded(numbered(size, PLACES[1], number, 1), "PNG", compress_level=1) for number in ("1234", "9876")
    )
    assert masked(one, PNG, PLACES[1]) == masked(other, PNG, PLACES[1])


def test_a_further_box_leaves_what_is_elsewhere_as_it_was() -> None:
    """Coding again on the same grid: a picture that is masked ten times is as legible as one that was masked once."""
    reading = clean(pictures.jpeg(numbered((800, 600), PLACES[1], "1234", 1)), JPEG, 50_000_000).renditions[0].jpeg
    before = Image.open(io.BytesIO(reading)).convert("L").crop((0, 64, 800, 600))
    for _ in range(10):
        reading = burn(reading, [Box(0, 0, 0.1, 0.05)])[0].jpeg
    after = Image.open(io.BytesIO(reading)).convert("L").crop((0, 64, 800, 600))
    assert ImageStat.Stat(ImageChops.difference(before, after)).mean[0] < 0.5


async def test_how_far_the_coding_carried_is_kept_with_the_document(house: House) -> None:
    aligned, turned, screenshot = (
        pictures.jpeg(),
        pictures.jpeg(exif=pictures.exif(6)),
        pictures.encoded(pictures.card(), "PNG"),
    )
    halved = pictures.jpeg(pictures.card(633, 397), subsampling=2, exif=pictures.exif(3))
    reaches = []
    for image in (aligned, turned, screenshot, halved):
        document = new_id()
        assert (await house.put(document, image)).status == 201
        [row] = await house.rows(f"SELECT reach FROM documents WHERE id = '{document}'")
        reaches.append(row["reach"])
    assert reaches == [0, 0, 0, 16]
