"""Every hostile and odd file, sent to the service as it runs: a clear answer, and nothing half done."""

import asyncio
import io
from itertools import cycle
from uuid import UUID

import pytest
from PIL import Image

from chassis.ids import new_id
from chassis.testing import recorded_events
from services.documents.model.document import RENDITIONS
from services.documents.model.sizes import is_possible
from tests.documents import pictures
from tests.documents.conftest import House, problem
from tests.documents.corpus import corpus, display_p3
from tests.documents.test_images import markers

CONTENT_TYPES = ("image/jpeg", "image/png", "application/octet-stream", "text/html", "image/heic")
REFUSALS = ((422, "unreadable_image"), (422, "pdf"), (422, "too_many_pixels"))


async def test_every_hostile_or_odd_file_is_stored_clean_or_refused_whole(house: House) -> None:
    files = list(corpus())
    assert len(files) >= 150
    assert len({name for name, _, _ in files}) == len(files)
    waiting = zip(files, cycle(CONTENT_TYPES))
    stored: list[UUID] = []
    wrong: list[tuple[str, object]] = []

    async def send_on() -> None:
        for (name, image, right), content_type in waiting:
            document = new_id()
            answer = await house.put(document, image, headers={"Content-Type": content_type})
            if answer.status not in right:
                wrong.append((name, answer.status))
            if answer.status == 201:
                stored.append(document)
                wrong.extend((name, fault) for fault in await faults(house, document))
            elif await problem(answer) not in REFUSALS:
                wrong.append((name, await answer.text()))

    await asyncio.gather(*(send_on() for _ in range(4)))
    assert wrong == []
    rows = await house.rows("SELECT id, folder FROM documents")
    assert sorted(row["id"] for row in rows) == sorted(stored)
    assert house.objects() == sorted(f"{row['folder']}/{name}" for row in rows for name in ("key", *RENDITIONS))
    async with house.vault.db.connection() as conn:
        events = await recorded_events(conn)
    assert sorted(event.data["id"] for event in events) == sorted(str(id_) for id_ in stored)


async def faults(house: House, document: UUID) -> list[str]:
    """What is wrong with the renditions of a stored document."""
    found = []
    for name in RENDITIONS:
        jpeg = await (await house.get(document, name)).read()
        picture = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
        if not is_possible(*picture.size, name) or picture.mode != "RGB":
            found.append(f"{name}: {picture.size} {picture.mode}")
        # JFIF header, quantisation, frame, Huffman tables: no Exif or XMP, no profile, no comment.
        if markers(jpeg) != {0xE0, 0xDB, 0xC0, 0xC4} or b"SECRET" in jpeg or not jpeg.endswith(b"\xff\xd9"):
            found.append(f"{name}: more than pixels")
    return found


async def test_a_picture_in_display_p3_keeps_its_colours(house: House) -> None:
    # What P3 calls (200, 120, 100) is a stronger colour in sRGB.
    picture = Image.new("RGB", (64, 64), (200, 120, 100))
    document = new_id()
    image = pictures.encoded(picture, "PNG", icc_profile=display_p3())
    assert (await house.put(document, image)).status == 201
    jpeg = await (await house.get(document)).read()
    r, g, b = Image.open(io.BytesIO(jpeg)).convert("RGB").getpixel((32, 32))  # type: ignore[misc]
    assert (r, g, b) == pytest.approx((211, 118, 96), abs=4)
