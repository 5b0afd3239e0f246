"""kill -9 at any moment of an upload: the document is there whole or not at all, and nothing else is left."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.ids import new_id
from services.documents.model.document import RENDITIONS
from services.documents.use_cases import forgetting
from tests.documents.conftest import House
from tests.documents.cut_off import MOMENTS
from tests.documents.test_reporting import environment

ROOT = Path(__file__).parents[2]


async def test_an_upload_that_is_killed_leaves_a_whole_document_or_nothing(house: House) -> None:
    documents = {moment: new_id() for moment in MOMENTS}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.documents.cut_off", str(house.application), *map(str, documents.values())),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment(house, house.settings.master_keys)},
    )
    assert await process.wait() == 0
    # Only what was committed is there, whole, and said.
    assert await house.rows("SELECT id FROM documents") == [{"id": documents["committed"]}]
    assert [each["id"] for each in await house.said("document.stored.v1")] == [str(documents["committed"])]
    house.clock.time = datetime.now(UTC)
    for moment, document in documents.items():
        found = {rendition: (await house.get(document, rendition)).status for rendition in RENDITIONS}
        assert set(found.values()) == ({200} if moment == "committed" else {404})
    # What the others left the sweep takes: 1, 2, 3, 4, 4 and 4 objects.
    assert len(house.objects()) == 4 + 1 + 2 + 3 + 3 * 4
    house.clock.time += timedelta(minutes=61)
    await forgetting.sweep(house.vault)
    assert len(house.objects()) == 4
