"""The page to read first: what a service is, and what runs when one starts.

settings -> database pools -> the service's own context -> web routes -> relay, consumers, loops.
Everything is taken down in reverse: consumers and loops stop first, the pools last.
"""

import asyncio
import errno
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
import uvloop
from aiohttp import web
from environs import Env

from chassis import health, inbox, outbox
from chassis.bus import Link
from chassis.clock import Clock, system_clock
from chassis.consumer import consume
from chassis.database import Database, Transaction, create_pool
from chassis.events import Contract, Event, EventSchemas
from chassis.logs import configure_logs
from chassis.loops import Loop, run_loop
from chassis.pulse import Pulse
from chassis.relay import relay
from chassis.secrecy import conceal
from chassis.settings import Settings, SettingsError, read_settings
from chassis.web import csrf, openapi
from chassis.web.addresses import TRUSTED_PROXIES
from chassis.web.bodies import uncoded
from chassis.web.cleaning import cleaned
from chassis.web.cookies import COOKIE_PREFIX, SECURE
from chassis.web.failures import CONTEXT, RENDER_PROBLEM, RenderProblem, failures
from chassis.web.languages import JAPANESE, Language
from chassis.web.listener import listening, on_a_line
from chassis.web.middlewares import in_language, observed, protected
from chassis.web.routes import CSRF_NONE, PUBLIC, Authenticator, Guard, Route, add_routes
from chassis.web.templates import CHASSIS, ENVIRONMENT, RENDERED, create_environment, read_static, serve_static

log = structlog.get_logger()

S = TypeVar("S")
O = TypeVar("O")  # noqa: E741

EventHandler = Callable[[S, Transaction, Event], Awaitable[None]]
#: For many events of a type at once: handles those that it can in few statements, returns the others for the EventHandler.
BatchHandler = Callable[[S, Transaction, Sequence[Event]], Awaitable[Sequence[Event]]]
MIGRATIONS = Path(__file__).parent / "sql"
#: The inbox must remember longer than a dead letter is kept and can be sent again.
KEEP_OUTBOX, KEEP_INBOX = timedelta(days=7), timedelta(days=40)
WEB_CONNECTIONS, CONSUMER_CONNECTIONS = 10, 6


@dataclass(frozen=True)
class Chassis:
    """What a service gets to stand on when it starts."""

    settings: Settings
    db: Database
    now: Clock


@dataclass(frozen=True)
class Service(Generic[S, O]):
    """A service on one page. `S` is the context that its use cases get, `O` its own settings."""

    name: str
    title: str
    folder: Path
    contracts: Mapping[str, Contract]
    envelope: Mapping[str, Any]
    #: Reads the service's own variables (named OUCHI_…).
    settings: Callable[[Env], O]
    #: Builds the context; what it opens is closed when the service stops.
    start: Callable[[Chassis, O], AbstractAsyncContextManager[S]]
    routes: Sequence[Route[S]] = ()
    authenticators: Mapping[str, Authenticator[S]] = field(default_factory=dict)
    #: What routes act on, and who refuses what came from a page about another one.
    guards: Mapping[str, Guard[S]] = field(default_factory=dict)
    handlers: Mapping[str, EventHandler[S]] = field(default_factory=dict)
    #: Quick ways beside some of the handlers.
    batch_handlers: Mapping[str, BatchHandler[S]] = field(default_factory=dict)
    loops: Sequence[Loop[S]] = ()
    render_problem: RenderProblem | None = None
    #: The language in which a request is answered.
    language: Callable[[S, web.Request], Language] = lambda _context, _request: JAPANESE
    #: Errors of `start` whose text tells the operator what to mend.
    refusals: tuple[type[Exception], ...] = ()
    #: More for `/readyz`.
    checks: Callable[[S], Mapping[str, health.Check]] = lambda _context: {}

    @property
    def migrations(self) -> list[Path]:
        """The folders of SQL files that this service's database needs, in order."""
        return [MIGRATIONS, self.folder / "migrations"]


@dataclass(frozen=True)
class Running(Generic[S]):
    """A started service."""

    context: S
    db: Database
    checks: Mapping[str, health.Check]


def run(service: Service[S, O]) -> None:
    """Run until SIGTERM or SIGINT. Exits with a sentence where settings are wrong or the port is taken."""
    conceal()
    try:
        settings, own = read_settings(service.settings)
    except SettingsError as error:
        sys.exit(f"{service.name} cannot start. These settings are missing or wrong:\n{error}")
    configure_logs(service.name, settings.log_console)
    try:
        uvloop.run(serve(service, settings, own))
    except Exception as error:
        if isinstance(error, (SettingsError, *service.refusals)):
            sys.exit(f"{service.name} cannot start. {error}")
        if not (isinstance(error, OSError) and error.errno == errno.EADDRINUSE):
            raise
        sys.exit(f"{service.name} cannot start: {settings.host}:{settings.port} is taken. Choose another OUCHI_PORT.")


async def serve(service: Service[S, O], settings: Settings, own: O) -> None:
    """Serve until SIGTERM or SIGINT: requests in flight are finished first, then consumers, loops and pools close."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with running(service, settings, own) as started:
        app = create_app(service, settings, started)
        async with listening(app, settings.host, settings.port, settings.trusted_proxies):
            log.info("listening", host=settings.host, port=settings.port)
            await stop.wait()


@asynccontextmanager
async def running(
    service: Service[S, O], settings: Settings, own: O, now: Clock = system_clock
) -> AsyncIterator[Running[S]]:
    """Everything of a service but its web server: pools, context, relay, consumers, loops. `now` is the one clock."""
    schemas = EventSchemas(service.contracts, service.envelope)
    recorded = Pulse()
    links = [Link(f"{service.name} relay"), Link(f"{service.name} consumers")]

    def database(purpose: str, size: int) -> Database:
        pool = create_pool(settings.database_url, f"{service.name} {purpose}", size)
        return Database(pool, service.name, schemas, now, recorded.beat)

    web_db, consumer_db = database("web", WEB_CONNECTIONS), database("consumers", CONSUMER_CONNECTIONS)
    async with web_db.pool, consumer_db.pool, service.start(Chassis(settings, web_db, now), own) as context:
        handlers = {type_: partial(handler, context) for type_, handler in service.handlers.items()}
        batch_handlers = {type_: partial(handler, context) for type_, handler in service.batch_handlers.items()}
        pruning: Loop[Database] = Loop("prune", partial(_prune, now), seconds=3600)
        url, delays = settings.amqp_url, settings.retry_delays
        tasks: list[Coroutine[Any, Any, None]] = [
            relay(consumer_db, url, links[0], recorded, service.name),
            consume(consumer_db, schemas, url, links[1], service.name, handlers, delays, batch_handlers),
            run_loop(pruning, consumer_db),
            *(run_loop(loop, context) for loop in service.loops for _ in range(loop.at_once(context))),
        ]
        async with asyncio.TaskGroup() as group:
            started = [group.create_task(task) for task in tasks]
            checks = {**health.checks(web_db, service.migrations, links), **service.checks(context)}
            try:
                yield Running(context, web_db, checks)
            finally:
                await _stop(started)


async def _stop(tasks: Iterable[asyncio.Task[None]]) -> None:
    # Again until they have ended: before Python 3.12 asyncio.wait_for, which our libraries use, loses a cancellation
    # that comes at the moment of its result, and the task would run on for ever.
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=1)


async def _prune(now: Clock, db: Database) -> bool:
    async with db.transaction() as tx:
        rows = await outbox.prune(tx.conn, now(), KEEP_OUTBOX) + await inbox.prune(tx.conn, now(), KEEP_INBOX)
    return rows > 0


def create_app(service: Service[S, O], settings: Settings, started: Running[S]) -> web.Application:
    """The started service as an aiohttp application."""
    spoken = in_language(partial(service.language, started.context))
    app = web.Application(middlewares=[on_a_line, cleaned, observed, protected, spoken, failures, uncoded])
    app[csrf.SECRET_KEY] = settings.secret_key
    app[SECURE] = settings.public_url.startswith("https://")
    app[COOKIE_PREFIX] = service.name
    app[TRUSTED_PROXIES] = settings.trusted_proxies
    app[ENVIRONMENT] = create_environment(service.name, service.folder)
    app[RENDERED] = {}
    app[CONTEXT] = started.context
    if service.render_problem:
        app[RENDER_PROBLEM] = service.render_problem
    common = common_routes(service, started)
    add_routes(app, started.context, [*service.routes, *common], service.authenticators, service.guards)
    return app


def common_routes(service: Service[S, O], started: Running[S] | None = None) -> list[Route[S]]:
    """The routes that every service has. Without `started` they can be listed but not served."""
    db, checks = (started.db, started.checks) if started else (None, {})
    files = read_static({"chassis": CHASSIS / "static", service.name: service.folder / "static"})

    def get(path: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], summary: str) -> Route[S]:
        async def call(_context: S, request: web.Request) -> web.StreamResponse:
            return await handler(request)

        return Route("GET", path, call, PUBLIC, CSRF_NONE, summary)

    async def describe(_request: web.Request) -> web.Response:
        return web.json_response(openapi_document(service))

    return [
        get("/livez", health.livez, "The process answers"),
        get("/readyz", partial(health.readyz, checks), "Everything it needs does"),
        get("/metrics", partial(health.measured, db), "Prometheus metrics (not on a public face)"),
        get("/openapi.json", describe, "This document (not on a public face)"),
        get("/static/{owner}/{name:.+}", partial(serve_static, files), "Styles and scripts"),
    ]


def openapi_document(service: Service[S, O]) -> dict[str, Any]:
    """The OpenAPI document of every route that the service serves."""
    return openapi.document(service.title, [*service.routes, *common_routes(service)])
