"""Uploads in processes that kill themselves, each at another moment: `… tests.documents.cut_off APPLICATION DOCUMENT…`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import obstore

from chassis.clock import system_clock
from chassis.database import Database, create_pool
from chassis.events import EventSchemas
from chassis.ids import new_id
from chassis.service import Chassis
from chassis.service_tokens import Grant
from chassis.settings import read_settings
from services.documents import store
from services.documents.app import SERVICE
from services.documents.model.document import Upload
from services.documents.use_cases.storing import store_document
from tests.documents import pictures

#: Before the bytes have come, before and after each object, before and after the row, and after the commit.
MOMENTS = ("receiving", "object 0", "object 1", "object 2", "object 3", "object 4", "row", "event", "committed")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def upload(moment: str, document: UUID, application: UUID) -> None:
    settings, own = read_settings(SERVICE.settings)
    put, insert, written = obstore.put_async, store.insert_document, 0

    async def put_and_die(*arguments: Any) -> Any:
        nonlocal written
        if moment == f"object {written}":
            die()
        answer = await put(*arguments)
        written += 1
        if moment == f"object {written}":
            die()
        return answer

    async def insert_and_die(*arguments: Any) -> bool:
        if moment == "row":
            die()
        inserted = await insert(*arguments)
        if moment == "event":
            die()
        return inserted

    async def pieces() -> AsyncIterator[bytes]:
        image = pictures.jpeg()
        yield image[:1000]
        if moment == "receiving":
            die()
        yield image[1000:]

    vars(obstore)["put_async"] = put_and_die
    vars(store)["insert_document"] = insert_and_die
    schemas = EventSchemas(SERVICE.contracts, SERVICE.envelope)
    async with create_pool(settings.database_url, "documents cut off", 2) as pool:
        db = Database(pool, SERVICE.name, schemas, system_clock, lambda: None)
        async with SERVICE.start(Chassis(settings, db, system_clock), own) as vault:
            grant = Grant("intake", "put", "", document, application, new_id(), datetime.max.replace(tzinfo=UTC))
            await store_document(vault, grant, Upload(document, application, "driving_licence", "front"), pieces())
            die()


def main(application: UUID, documents: list[UUID]) -> None:
    """A process for each moment, which must not survive it. They are forked: what is imported is imported once."""
    for moment, document in zip(MOMENTS, documents, strict=True):
        pid = os.fork()
        if pid == 0:
            asyncio.run(upload(moment, document, application))
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, moment


if __name__ == "__main__":
    main(UUID(sys.argv[1]), [UUID(each) for each in sys.argv[2:]])
