"""Duplicate candidates: found by match keys, ranked, and only then cut."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from chassis.connection import Connection
from services.review.model import Candidate, Person
from services.review.model.candidates import MOST, Found, perhaps_family, same_because, strongest

_CASES = """
SELECT id, 'case' AS source, receipt_number, NULL AS card_number, status, name_key, kana_key, birth_date, address_key,
       phone_key, applicant->'name'->>'display' AS name, applicant->'kana'->>'display' AS kana,
       applicant->'address'->>'display' AS address, applicant->'phone'->>'display' AS phone
  FROM cases
"""
_REGISTRATIONS = """
SELECT id, 'registration', NULL, card_number, status, name_key, kana_key, birth_date, address_key,
       phone_key, name, kana, address, phone
  FROM registrations
"""
_OTHERS = (
    f"{_CASES} WHERE application_id <> $1 AND (status IN ('waiting', 'correction_requested') OR decision = 'reject')",
    f"{_REGISTRATIONS} WHERE application_id <> $1 AND card_number IS DISTINCT FROM $2",
)

# Each way reads what one index finds, and the strongest of it are kept: the one true duplicate among the thousand who
# share a school's telephone is found whatever its id, and of those who have nothing else in common few are read.
_WAYS = (
    """
   AND birth_date = $3 AND (name_key = $4 OR kana_key = $5 OR address_key = $6 OR phone_key = $7)
 ORDER BY coalesce(name_key = $4, false)::int + coalesce(kana_key = $5, false)::int
        + coalesce(address_key = $6, false)::int + coalesce(phone_key = $7, false)::int DESC, id LIMIT $8""",
    "AND phone_key || ' ' || name_key = $7::text || ' ' || $4::text ORDER BY id LIMIT $8",
    "AND phone_key || ' ' || kana_key = $7::text || ' ' || $5::text ORDER BY id LIMIT $8",
    "AND phone_key = $7 ORDER BY id LIMIT $8",
)

ALIKE = " UNION ".join(f"({others} {way})" for others in _OTHERS for way in _WAYS)

# Whom staff have spoken of stays in sight, whatever has changed since.
SPOKEN_OF = f"{_CASES} WHERE id = ANY($1::uuid[]) UNION {_REGISTRATIONS} WHERE id = ANY($1::uuid[])"


async def alike(
    conn: Connection, application_id: UUID, person: Person, card_number: str | None, spoken_of: Collection[UUID]
) -> Found:
    """Who might be the same person, but for the case itself and the card that it names; strongest first, up to 50 of
    them, and those of whom staff have said something already besides."""
    keys = (person.name_key, person.kana_key, person.address_key, person.phone_key)
    arguments = (person.birth_date, *(key or None for key in keys), MOST + 1)
    rows = await conn.fetch(ALIKE, application_id, card_number, *arguments)
    said = await conn.fetch(SPOKEN_OF, list(spoken_of)) if spoken_of else []
    return strongest([_candidate(row, person) for row in rows], [_candidate(row, person) for row in said])


def _candidate(row: asyncpg.Record, person: Person) -> Candidate:
    other = Person(row["name_key"], row["kana_key"], row["birth_date"], row["address_key"], row["phone_key"])
    return Candidate(
        id=row["id"],
        source=row["source"],
        reasons=same_because(person, other),
        receipt_number=row["receipt_number"],
        card_number=row["card_number"],
        status=row["status"],
        name=row["name"],
        kana=row["kana"],
        birth_date=row["birth_date"],
        address=row["address"],
        phone=row["phone"],
        perhaps_family=perhaps_family(person, other),
    )
