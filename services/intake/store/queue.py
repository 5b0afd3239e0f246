"""The applications that wait for a decision, in the order in which staff take them."""

from uuid import UUID

from chassis.connection import Connection

#: Corrections first, then by the time of submission; who asked to withdraw is no longer waited for.
PLACE = """
SELECT count(*) FILTER (WHERE (a.round = 1, a.submitted_at, a.id) <= (me.round = 1, me.submitted_at, me.id)) AS place,
       count(*) AS waiting
  FROM applications me JOIN applications a ON a.status = 'submitted' AND a.withdrawal_requested_at IS NULL
 WHERE me.id = $1 AND me.status = 'submitted' AND me.withdrawal_requested_at IS NULL
"""


async def place_of(conn: Connection, id_: UUID) -> tuple[int, int]:
    """(which one this is, how many wait in all); (0, 0) where it does not wait."""
    row = await conn.fetchrow(PLACE, id_)
    return (row["place"], row["waiting"]) if row else (0, 0)
