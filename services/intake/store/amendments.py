"""What was changed while the decision was waited for, and what review has."""

from collections.abc import Mapping
from uuid import UUID

from chassis.connection import Connection
from rules.understanding import Understood
from services.intake.model.amendments import Amendment
from services.intake.store.applications import fields_json, fields_of

INSERT = """
INSERT INTO amendments (application_id, version, round, at, fields_before, changed) VALUES ($1, $2, $3, $4, $5, $6)
"""
OF_ROUND = "SELECT * FROM amendments WHERE application_id = $1 AND round = $2 ORDER BY version"
NOTE_HANDED = "UPDATE applications SET fields_handed = $2, fields_missed = $3 WHERE id = $1"


async def insert_amendment(conn: Connection, id_: UUID, amendment: Amendment) -> None:
    await conn.execute(
        INSERT,
        id_,
        amendment.version,
        amendment.round,
        amendment.at,
        fields_json(amendment.before),
        list(amendment.changed),
    )


async def amendments_of(conn: Connection, id_: UUID, round_: int) -> tuple[Amendment, ...]:
    """Those of the round, oldest first."""
    return tuple(
        Amendment(row["version"], row["round"], row["at"], fields_of(row["fields_before"]), tuple(row["changed"]))
        for row in await conn.fetch(OF_ROUND, id_, round_)
    )


async def note_handed(
    conn: Connection, id_: UUID, handed: Mapping[str, Understood], missed: Mapping[str, Understood | None]
) -> None:
    """What review has of this application, and what came too late for the decision."""
    gone = {field: None for field, value in missed.items() if value is None}
    wanted = fields_json({field: value for field, value in missed.items() if value is not None})
    await conn.execute(NOTE_HANDED, id_, fields_json(handed), {**gone, **wanted})
