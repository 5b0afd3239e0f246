"""Match keys that an older version of the rules made."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from services.review.model import Person

# What another replica, or a decision, holds just now is left for the next time.
OLD_CASES = "SELECT id, applicant FROM cases WHERE keys_version < $1 LIMIT $2 FOR UPDATE SKIP LOCKED"
OLD_REGISTRATIONS = """
SELECT id, name, kana, birth_date, address, phone_key FROM registrations WHERE keys_version < $1 LIMIT $2
   FOR UPDATE SKIP LOCKED
"""
RENEW_CASE = "UPDATE cases SET name_key = $2, kana_key = $3, address_key = $4, keys_version = $5 WHERE id = $1"
RENEW_REGISTRATION = """
UPDATE registrations SET name_key = $2, kana_key = $3, address_key = $4, keys_version = $5 WHERE id = $1
"""


async def old_cases(conn: Connection, version: int, most: int) -> Sequence[tuple[UUID, Any]]:
    """(id, the applicant as heard) of some whose keys are older than this version."""
    return [tuple(row) for row in await conn.fetch(OLD_CASES, version, most)]


async def old_registrations(conn: Connection, version: int, most: int) -> Sequence[asyncpg.Record]:
    return await conn.fetch(OLD_REGISTRATIONS, version, most)


async def renew_cases(conn: Connection, people: Iterable[tuple[UUID, Person]], version: int) -> None:
    await conn.executemany(RENEW_CASE, _rows(people, version))


async def renew_registrations(conn: Connection, people: Iterable[tuple[UUID, Person]], version: int) -> None:
    await conn.executemany(RENEW_REGISTRATION, _rows(people, version))


def _rows(people: Iterable[tuple[UUID, Person]], version: int) -> list[tuple[UUID, str, str | None, str, int]]:
    return [(id_, person.name_key, person.kana_key, person.address_key, version) for id_, person in people]
