"""`/livez`: the process answers. `/readyz`: everything it needs does. `/metrics`: Prometheus text."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis import metrics, outbox
from chassis.bus import Link, is_blocked
from chassis.database import Database
from chassis.migrations import missing_migrations

#: Says what is wrong, or nothing.
Check = Callable[[], Awaitable[str]]


def checks(db: Database, folders: Sequence[Path], links: Sequence[Link]) -> dict[str, Check]:
    """The checks that every service has."""

    async def database() -> str:
        async with db.connection() as conn:
            missing = await missing_migrations(conn, folders)
        return f"migrations missing: {', '.join(missing)}" if missing else ""

    async def broker() -> str:
        if down := [link.name for link in links if not link.up]:
            return f"not connected: {', '.join(down)}"
        blocked = [link.name for link in links if link.connection and await is_blocked(link.connection)]
        return f"short of memory or disk, takes nothing from: {', '.join(blocked)}" if blocked else ""

    return {"database": database, "broker": broker}


async def livez(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def readyz(all_checks: Mapping[str, Check], _request: web.Request) -> web.Response:
    """200 if every check passes, else 503; the body names each."""
    problems = await asyncio.gather(*(_run(check) for check in all_checks.values()))
    ready = not any(problems)
    return web.json_response(
        {"status": "ok" if ready else "not ready", "checks": dict(zip(all_checks, problems, strict=True))},
        status=200 if ready else 503,
    )


async def _run(check: Check) -> str:
    try:
        async with asyncio.timeout(3):
            return await check()
    except Exception as error:
        return f"away ({type(error).__name__})"


async def measured(db: Database | None, _request: web.Request) -> web.Response:
    """Prometheus' text format; the outbox is counted at the moment of asking."""
    if db is None:
        raise web.HTTPServiceUnavailable
    async with db.connection() as conn:
        waiting, oldest = await outbox.waiting(conn)
    metrics.outbox_waiting.set(waiting)
    metrics.outbox_oldest.set(oldest)
    # Grows with every kind of answer that was ever given: in a thread, so that nobody else waits for it.
    text = await asyncio.to_thread(generate_latest)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})
