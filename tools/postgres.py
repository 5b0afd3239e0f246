"""A private PostgreSQL: found, installed if need be, started on 127.0.0.1 and stopped."""

import re
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tools import packages, processes
from tools.errors import Stopped
from tools.packages import Say
from tools.places import private_file, server_folder
from tools.ports import LOOPBACK, remembered_ports
from tools.processes import Account

ADMIN = "ouchi_admin"
LOCALE = "C.UTF-8"  # with plain C, pg_trgm finds no letter in kana or kanji at all
START_SECONDS = 60.0
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": LOCALE}


def find_programs() -> Path | None:
    """The folder with `postgres` and `initdb` of the newest version here."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: _version(folder.parent.name))
    on_path = shutil.which("postgres")
    folders = [*([Path(on_path).resolve().parent] if on_path else []), *debian]
    complete = [folder for folder in folders if (folder / "initdb").exists()]
    return complete[-1] if complete else None


@dataclass
class Postgres:
    """One private server under `var`; `lasting` data survives a crash of the machine, tests do without."""

    var: Path
    password: str
    lasting: bool = True
    say: Say = print
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"postgresql://{ADMIN}:{self.password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def log(self) -> Path:
        return self.var / "logs" / "postgres.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def launch(self) -> None:
        """Start it; `wait` says when it answers."""
        if find_programs() is None:
            packages.install(["postgresql"], "PostgreSQL", self.say)
        programs = find_programs()
        if programs is None:
            raise Stopped("PostgreSQL was installed but `postgres` and `initdb` are not to be found.")
        self.stop_leftover()
        user = processes.account("postgres")
        folder = server_folder(self.var, "postgres", user)
        programs = _matching(programs, folder / "data")
        if not (folder / "data" / "PG_VERSION").exists():
            self._create(programs, folder, user)
        if not self.port:
            self.port = remembered_ports(self.var / "postgres.ports.json", ["sql"])["sql"]
        self._process = processes.spawn(
            [str(programs / "postgres"), "-D", str(folder / "data"), *self._options()],
            env=ENVIRONMENT,
            log=self.log,
            user=user,
            at_our_death=signal.SIGINT,
            cwd=folder if user is None else Path("/"),
        )
        processes.remember(self._pid_file, self._process.pid)

    def wait(self) -> None:
        answered = processes.wait_until(lambda: not self._alive() or self._answers(), START_SECONDS)
        if not answered or not self._alive():
            raise Stopped(f"PostgreSQL did not start. The end of {self.log}:\n{processes.tail(self.log)}")

    def start(self) -> None:
        self.launch()
        self.wait()

    def stop(self) -> None:
        """SIGINT is PostgreSQL's "fast" shutdown: clients are disconnected, nothing is lost."""
        if self._process:
            processes.stop(self._process, by=signal.SIGINT)
            self._process = None
            self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """What a power cut does."""
        if self._process:
            processes.stop(self._process, by=signal.SIGKILL)
            self._process = None

    def stop_leftover(self) -> None:
        if self._process is None and processes.stop_leftover(self._pid_file, by=signal.SIGINT):
            self.say("Stopped a PostgreSQL that a killed run had left behind.")

    @property
    def _pid_file(self) -> Path:
        return self.var / "postgres.pid.json"

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        """Whether the server is past recovery: it then asks for the password instead of refusing."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                body = (196608).to_bytes(4, "big") + f"user\0{ADMIN}\0database\0postgres\0\0".encode()
                connection.sendall((len(body) + 4).to_bytes(4, "big") + body)
                return connection.recv(1) == b"R"
        except OSError:
            return False

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.lasting:
            # The operating system outlives every test: what reached it is safe from `kill`. With synchronous_commit
            # off, a commit that was acknowledged might not have.
            settings |= {"fsync": "off"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _create(self, programs: Path, folder: Path, user: Account | None) -> None:
        password_file = private_file(folder / "password", self.password + "\n", user)
        shutil.rmtree(folder / "data", ignore_errors=True)
        processes.run(
            [
                str(programs / "initdb"),
                f"--pgdata={folder / 'data'}",
                f"--username={ADMIN}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                f"--locale={LOCALE}",
                *([] if self.lasting else ["--no-sync"]),
            ],
            env=ENVIRONMENT,
            user=user,
            cwd=Path("/"),
        )
        password_file.unlink()


def _matching(programs: Path, data: Path) -> Path:
    """Data is only opened by the major version that made it."""
    made_by = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else None
    if made_by is None or _major(programs) == made_by:
        return programs
    other = Path("/usr/lib/postgresql") / made_by / "bin"
    if (other / "postgres").exists():
        return other
    raise Stopped(
        f"{data} was made by PostgreSQL {made_by}, which is not installed: install postgresql-{made_by}, "
        "or delete var/ to start with nothing."
    )


def _major(programs: Path) -> str:
    said = processes.run([str(programs / "postgres"), "--version"], env=ENVIRONMENT)
    found = re.search(r"\d+", said)
    return found.group() if found else ""


def _version(name: str) -> float:
    return float(name) if re.fullmatch(r"\d+(\.\d+)?", name) else 0.0
