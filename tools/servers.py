"""The two servers that one purpose (run, test-1, bench, …) stands on: private ones, or those that we are given."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tools import packages
from tools.errors import Stopped
from tools.keys import Keys
from tools.packages import Say
from tools.places import ROOT, discard
from tools.postgres import Postgres, find_programs
from tools.rabbitmq import RabbitMQ, find_server


@dataclass(frozen=True)
class Given:
    """Addresses of servers that somebody else runs (`DATABASE_URL`, `AMQP_URL`, `RABBITMQ_MANAGEMENT_URL`)."""

    postgres_url: str | None = None
    amqp_url: str | None = None
    management_url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Given":
        amqp = environ.get("AMQP_URL") or None
        management = environ.get("RABBITMQ_MANAGEMENT_URL") or (management_of(amqp) if amqp else None)
        return cls(environ.get("DATABASE_URL") or None, amqp, management if amqp else None)


def management_of(amqp_url: str) -> str:
    """The management API where RabbitMQ has it unless told otherwise: same host and credentials, port 15672."""
    parts = urlsplit(amqp_url)
    credentials = parts.netloc.rpartition("@")[0] or "guest:guest"
    return f"http://{credentials}@{parts.hostname}:15672"


class Servers:
    """Starts what is private, leaves alone what is given. Safe to use from any thread; every call blocks."""

    def __init__(
        self, purpose: str, *, root: Path = ROOT, environ: Mapping[str, str] = os.environ, say: Say = print
    ) -> None:
        self.root = root
        self.purpose = purpose
        self.var = root / "var" / purpose
        self.say = say
        self.given = Given.from_environment(environ)
        self.var.mkdir(parents=True, exist_ok=True)
        self.keys = Keys(self.var / "secrets.json")
        tests = purpose.startswith("test")
        self.postgres = Postgres(self.var, self.keys.get("postgres_admin"), lasting=not tests, say=say)
        wal_bytes = (16 if tests else 64) * 1024 * 1024
        self.rabbitmq = RabbitMQ(self.var, self.keys.get("rabbitmq_admin"), wal_bytes=wal_bytes, say=say)

    @property
    def postgres_admin_url(self) -> str:
        return self.given.postgres_url or self.postgres.url

    @property
    def amqp_admin_url(self) -> str:
        return self.given.amqp_url or self.rabbitmq.url

    @property
    def management_url(self) -> str:
        """With the administrator's credentials in it."""
        return self.given.management_url or self.rabbitmq.management_url

    @property
    def ours_alone(self) -> bool:
        """Whether PostgreSQL is private, so that its maintenance databases may be closed too."""
        return self.given.postgres_url is None

    def start(self) -> None:
        """Start both at the same time and return when both answer."""
        self._install_missing()
        if not self.given.amqp_url:
            self.rabbitmq.launch()
        if not self.given.postgres_url:
            self.postgres.start()
        if not self.given.amqp_url:
            self.rabbitmq.wait()

    def _install_missing(self) -> None:
        """Both at once: one wait for the person, or one sentence."""
        missing = {
            "PostgreSQL": (not self.given.postgres_url and find_programs() is None, "postgresql"),
            "RabbitMQ": (not self.given.amqp_url and find_server() is None, "rabbitmq-server"),
        }
        names = [name for name, (is_missing, _) in missing.items() if is_missing]
        if names:
            packages.install([missing[name][1] for name in names], " and ".join(names), self.say)

    def stop(self) -> None:
        self.rabbitmq.stop()
        self.postgres.stop()

    def start_postgres(self) -> None:
        _if_private(self.given.postgres_url, self.postgres.start)

    def stop_postgres(self) -> None:
        _if_private(self.given.postgres_url, self.postgres.stop)

    def start_rabbitmq(self) -> None:
        _if_private(self.given.amqp_url, self.rabbitmq.start)

    def stop_rabbitmq(self) -> None:
        _if_private(self.given.amqp_url, self.rabbitmq.stop)

    def kill_postgres(self) -> None:
        _if_private(self.given.postgres_url, self.postgres.kill)

    def kill_rabbitmq(self) -> None:
        """Far quicker than an orderly stop, which takes RabbitMQ some six seconds."""
        _if_private(self.given.amqp_url, self.rabbitmq.kill)

    def restart_postgres(self) -> None:
        self.stop_postgres()
        self.start_postgres()

    def restart_rabbitmq(self) -> None:
        self.stop_rabbitmq()
        self.start_rabbitmq()

    def discard(self) -> None:
        """Forget everything that was stored, so that nothing needs an orderly stop."""
        self.rabbitmq.kill()
        self.postgres.kill()
        self.rabbitmq.stop_leftover()
        self.postgres.stop_leftover()
        discard(self.var)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _if_private(given: str | None, act: Callable[[], None]) -> None:
    if given:
        raise Stopped("A server that belongs to someone else is never stopped or started.")
    act()
