"""Who looked at what and covered what, and the tokens that were used."""

from datetime import datetime

from chassis.connection import Connection
from chassis.service_tokens import Grant

INSERT_MASK = """
INSERT INTO masks (masked_at, caller, actor, document, application, boxes) VALUES ($1, $2, $3, $4, $5, $6)
"""

INSERT_READ = """
INSERT INTO reads (read_at, caller, actor, document, application, rendition) VALUES ($1, $2, $3, $4, $5, $6)
"""

PRUNE_READS = """
DELETE FROM reads WHERE id IN (SELECT id FROM reads WHERE read_at < $1 ORDER BY read_at LIMIT 1000)
"""

PRUNE_MASKS = """
DELETE FROM masks WHERE id IN (SELECT id FROM masks WHERE masked_at < $1 ORDER BY masked_at LIMIT 1000)
"""

REMEMBER_USED = "INSERT INTO used_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id"

PRUNE_TOKENS = """
DELETE FROM used_tokens WHERE id IN (SELECT id FROM used_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)
"""


async def insert_mask(conn: Connection, grant: Grant, boxes: int, now: datetime) -> None:
    await conn.execute(INSERT_MASK, now, grant.caller, grant.actor, grant.resource, grant.owner, boxes)


async def insert_read(conn: Connection, grant: Grant, rendition: str, now: datetime) -> None:
    await conn.execute(INSERT_READ, now, grant.caller, grant.actor, grant.resource, grant.owner, rendition)


async def prune_reads(conn: Connection, before: datetime) -> int:
    """Delete up to 1,000 old rows. Returns how many."""
    return _count(await conn.execute(PRUNE_READS, before))


async def prune_masks(conn: Connection, before: datetime) -> int:
    """Delete up to 1,000 old rows. Returns how many."""
    return _count(await conn.execute(PRUNE_MASKS, before))


async def use_token(conn: Connection, grant: Grant) -> bool:
    """False where the token was used before."""
    return await conn.fetchval(REMEMBER_USED, grant.id, grant.expires_at) is not None


async def prune_tokens(conn: Connection, now: datetime) -> int:
    """Delete up to 1,000 expired ids. Returns how many."""
    return _count(await conn.execute(PRUNE_TOKENS, now))


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
