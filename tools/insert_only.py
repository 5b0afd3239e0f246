"""Tables that a service may add to and read, and never change: they belong to a role that nobody signs in as.

Schema, table and the function that forgets old rows belong to it, so that the service can neither drop nor replace them.
"""

import asyncpg

from rules.policy import PolicyError, load_policy
from tools.errors import Stopped
from tools.installation import Installation

Connection = asyncpg.Connection
#: Service and table.
AUDIT = ("review", "audit")


async def protect_audit(house: Installation) -> None:
    """Hand review's audit to its own role, as often as you like; later retention periods of the policy are taken over."""
    service, table = AUDIT
    role, owner = house.database(service), house.audit_role
    conn = await asyncpg.connect(house.admin_database_url(house.database(service)))
    try:
        async with conn.transaction():
            # An administrator who is no superuser must belong to both.
            for name in (role, owner):
                await conn.execute(f'GRANT "{name}" TO CURRENT_USER')
            # The owner of a schema may drop whatever is in it; a database's owner owns this one unless told otherwise.
            await conn.execute(f'ALTER SCHEMA public OWNER TO "{owner}"')
            await conn.execute(f'GRANT USAGE, CREATE ON SCHEMA public TO "{role}"')
            await conn.execute(f'ALTER TABLE public.{table} OWNER TO "{owner}"')
            await conn.execute(f'REVOKE ALL ON public.{table} FROM PUBLIC, "{role}"')
            await conn.execute(f'GRANT SELECT, INSERT ON public.{table} TO "{role}"')
            await _forgetting(conn, role, owner, _days(house))
    finally:
        await conn.close()


async def _forgetting(conn: Connection, role: str, owner: str, days: int) -> None:
    """What the service may ask for instead of deleting: rows that the policy keeps stay, whatever is asked."""
    await conn.execute(f'SET LOCAL ROLE "{owner}"')
    await conn.execute(
        # Only a number comes from elsewhere.
        f"""
        CREATE OR REPLACE FUNCTION public.prune_audit(before timestamptz, most integer) RETURNS integer
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            WITH gone AS (
                DELETE FROM public.audit WHERE id IN (
                    SELECT id FROM public.audit WHERE at < least(before, now() - interval '{days} days')
                     ORDER BY at LIMIT most)
                RETURNING id)
            SELECT count(*)::integer FROM gone
        $$
        """  # noqa: S608
    )
    await conn.execute("REVOKE ALL ON FUNCTION public.prune_audit FROM PUBLIC")
    await conn.execute(f'GRANT EXECUTE ON FUNCTION public.prune_audit TO "{role}"')
    await conn.execute("RESET ROLE")


def _days(house: Installation) -> int:
    try:
        return load_policy(house.policy_file).retention.audit - 1
    except PolicyError as error:
        raise Stopped(f"{house.policy_file}: {error}") from None
