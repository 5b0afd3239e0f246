"""One database and one role for each service, on whichever server."""

import asyncpg

from chassis.migrations import migrate
from contracts import SERVICES
from tools.errors import Stopped
from tools.insert_only import protect_audit
from tools.installation import Installation
from tools.postgres import LOCALE

Connection = asyncpg.Connection


#: Any number: all set-up steps on one server take the same lock.
_LOCK = 7_315_000


async def provision_databases(house: Installation) -> None:
    conn = await asyncpg.connect(house.postgres_admin_url)
    try:
        # Roles and databases belong to the whole server, and PostgreSQL refuses two changes of one at the same time.
        await conn.execute("SELECT pg_advisory_lock($1)", _LOCK)
        for service in SERVICES:
            await _role(conn, house.database(service), house.database_password(service))
            await _database(conn, house.database(service))
        if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", house.audit_role):
            await conn.execute(f'CREATE ROLE "{house.audit_role}" NOLOGIN')
        if house.server_is_ours:
            for database in ("postgres", "template1"):
                await _close_to_others(conn, database)
        for service in SERVICES:
            await _extensions(house.admin_database_url(house.database(service)))
            await migrate(house.database_url(service), house.migration_folders(service))
        await protect_audit(house)
    finally:
        await conn.close()


async def drop_databases(house: Installation) -> None:
    conn = await asyncpg.connect(house.postgres_admin_url)
    try:
        for service in SERVICES:
            name = house.database(service)
            await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await conn.execute(f'DROP ROLE IF EXISTS "{name}"')
        await conn.execute(f'DROP ROLE IF EXISTS "{house.audit_role}"')
    finally:
        await conn.close()


async def _role(conn: Connection, name: str, password: str) -> None:
    if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await conn.execute(f'CREATE ROLE "{name}" LOGIN')
    statement = await conn.fetchval(
        "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)", name, password
    )
    await conn.execute(statement)


async def _database(conn: Connection, name: str) -> None:
    if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        # An administrator who is no superuser may only give a database to a role that it is a member of.
        await conn.execute(f'GRANT "{name}" TO CURRENT_USER')
        await conn.execute(
            f'CREATE DATABASE "{name}" OWNER "{name}" TEMPLATE template0 ENCODING \'UTF8\' '
            f"LC_COLLATE '{LOCALE}' LC_CTYPE '{LOCALE}'"
        )
    await _close_to_others(conn, name)


async def _close_to_others(conn: Connection, database: str) -> None:
    await conn.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{database}" FROM PUBLIC')


async def _extensions(url: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        if not await conn.fetchval("SELECT show_trgm('タカハシサキミ')"):
            raise Stopped("This PostgreSQL's locale hides kana from pg_trgm: the databases need LC_CTYPE C.UTF-8.")
    finally:
        await conn.close()
