"""The internal interface as intake and review use it."""

import io

from PIL import Image

from chassis.ids import new_id
from chassis.testing import recorded_events
from tests.documents import pictures
from tests.documents.conftest import House


async def test_an_image_is_stored_shown_and_deleted(house: House) -> None:
    document = new_id()
    answer = await house.put(document, pictures.phone_jpeg())
    assert answer.status == 201
    described = await answer.json()
    size = described.pop("bytes")
    assert described == {
        "id": str(document),
        "type": "driving_licence",
        "side": "front",
        "width": 640,
        "height": 400,
        "warnings": ["too_small"],
        "mask": "none",
    }
    seen = await house.get(document)
    body = await seen.read()
    assert (seen.status, seen.content_type, len(body)) == (200, "image/jpeg", size)
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Content-Disposition"] == 'inline; filename="document.jpg"'
    assert pictures.seems_upright(Image.open(io.BytesIO(body)))
    async with house.vault.db.connection() as conn:
        [event] = await recorded_events(conn)
    assert (event.type, event.subject) == ("document.stored.v1", house.application)
    assert event.data == {**described, "bytes": size}
    assert [(await house.delete(document)).status for _ in range(2)] == [204, 204]
    assert (await house.get(document)).status == 404
    assert house.objects() == []
