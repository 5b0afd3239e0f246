"""Taking turns where there is no row to lock: the events of one application, and who says who is whom."""

from collections.abc import Collection
from uuid import UUID

from chassis.connection import Connection

#: The events of one application take turns, also before there is a row to lock.
LOCK_APPLICATION = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))"

LOCK_APPLICATIONS = "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0)) FROM unnest($1::uuid[]) AS id"

#: Any number.
_VERDICTS = 7_315_002
LOCK_VERDICTS = f"SELECT pg_advisory_xact_lock_shared({_VERDICTS})"
LOCK_VERDICTS_ALONE = f"SELECT pg_advisory_xact_lock({_VERDICTS})"


async def lock_application(conn: Connection, application_id: UUID) -> None:
    """Wait until no other transaction handles this application's events."""
    await conn.execute(LOCK_APPLICATION, application_id)


async def lock_applications(conn: Connection, application_ids: Collection[UUID]) -> None:
    """The same for several, in one order, so that two who lock never wait for each other."""
    await conn.execute(LOCK_APPLICATIONS, sorted(application_ids))


async def lock_verdicts(conn: Connection, *, alone: bool) -> None:
    """Wait until nobody else says who is whom; `alone`: until nobody is approved either."""
    await conn.execute(LOCK_VERDICTS_ALONE if alone else LOCK_VERDICTS)
