"""Plain SQL files, applied in order, each once, each in its own transaction."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from chassis.connection import Connection

_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
"""
#: Any number: all set-up steps of one database take the same lock.
_LOCK = 7_315_001


class MigrationError(Exception):
    """A file that was applied has been changed since."""


async def migrate(database_url: str, folders: Sequence[Path]) -> list[str]:
    """Apply what is not applied yet and return its names. Two callers at once: the second waits, then does nothing.

    Raises MigrationError where an applied file has changed; asyncpg's errors where a file fails (it then left nothing).
    """
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute("SET lock_timeout = '4s'; SET statement_timeout = '60s'")
        await conn.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await conn.execute(_TABLE)
        applied = await _applied(conn)
        done = []
        for name, sql in migration_files(folders):
            checksum = hashlib.sha256(sql.encode()).hexdigest()
            if name in applied:
                if applied[name] != checksum:
                    raise MigrationError(f"{name} was applied and has changed since: add a new file instead")
                continue
            async with conn.transaction():
                await conn.execute(sql)
                await conn.execute("INSERT INTO migrations (name, checksum) VALUES ($1, $2)", name, checksum)
            done.append(name)
        return done
    finally:
        await conn.close()


async def missing_migrations(conn: Connection, folders: Sequence[Path]) -> list[str]:
    """The names of the files that this database still lacks."""
    try:
        applied = await _applied(conn)
    except asyncpg.UndefinedTableError:
        applied = {}
    return [name for name, _ in migration_files(folders) if name not in applied]


def migration_files(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """Name and text of every file, folder by folder; the name begins with the owner: `chassis/0001_….sql`."""
    return [
        (f"{folder.parent.name}/{file.name}", file.read_text(encoding="utf-8"))
        for folder in folders
        for file in sorted(folder.glob("*.sql"))
    ]


async def _applied(conn: Connection) -> dict[str, str]:
    return {row["name"]: row["checksum"] for row in await conn.fetch("SELECT name, checksum FROM migrations")}
