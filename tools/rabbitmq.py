"""A private RabbitMQ with its management API and its own epmd: found, installed if need be, started and stopped."""

import base64
import http.client
import shutil
import signal
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
START_SECONDS = 90.0
STOP_SECONDS = 30.0
# Busy-waiting schedulers are fast alone on a machine; here they would take the CPU from what is developed.
ERLANG_ARGUMENTS = "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


def find_server() -> Path | None:
    """The script itself: Debian's wrapper on the PATH insists on its own user and folders."""
    places = [Path("/usr/lib/rabbitmq/bin/rabbitmq-server")]
    places += sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"), reverse=True)
    if on_path := shutil.which("rabbitmq-server"):
        places.append(Path(on_path).resolve())
    return next((place for place in places if place.exists()), None)


def find_epmd() -> Path | None:
    if on_path := shutil.which("epmd"):
        return Path(on_path)
    return next((p for p in sorted(Path("/usr/lib/erlang").glob("erts-*/bin/epmd"), reverse=True)), None)


def configuration(ports: dict[str, int], password: str, wal_bytes: int) -> str:
    return "\n".join(
        [
            f"listeners.tcp.1 = {LOOPBACK}:{ports['amqp']}",
            f"management.tcp.ip = {LOOPBACK}",
            f"management.tcp.port = {ports['management']}",
            f"default_user = {ADMIN}",
            f"default_pass = {password}",
            "vm_memory_high_watermark.absolute = 1GB",
            "disk_free_limit.absolute = 200MB",
            f"raft.wal_max_size_bytes = {wal_bytes}",
            "collect_statistics_interval = 1000",
            "log.file = false",
            "log.console = true",
            "",
        ]
    )


@dataclass
class RabbitMQ:
    """One private broker under `var`."""

    var: Path
    password: str
    wal_bytes: int = 64 * 1024 * 1024
    say: Say = print
    ports: dict[str, int] = field(default_factory=dict)
    _broker: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _epmd: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"amqp://{ADMIN}:{self.password}@{LOOPBACK}:{self.ports['amqp']}/"

    @property
    def management_url(self) -> str:
        return f"http://{ADMIN}:{self.password}@{LOOPBACK}:{self.ports['management']}"

    @property
    def log(self) -> Path:
        return self.var / "logs" / "rabbitmq.log"

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in (self._broker, self._epmd) if process]

    def launch(self) -> None:
        """Start it; `wait` says when it answers."""
        if find_server() is None:
            packages.install(["rabbitmq-server"], "RabbitMQ", self.say)
        server, epmd = find_server(), find_epmd()
        if server is None or epmd is None:
            raise Stopped("RabbitMQ was installed but `rabbitmq-server` or `epmd` is not to be found.")
        self.stop_leftover()
        user = processes.account("rabbitmq")
        folder = server_folder(self.var, "rabbitmq", user)
        if not self.ports:
            names = ["amqp", "management", "distribution", "epmd"]
            self.ports = remembered_ports(self.var / "rabbitmq.ports.json", names)
        self._write_configuration(folder, user)
        env = self._environment(folder)
        # epmd started by the broker would be a daemon that nobody ends: the broker is given one that is ours.
        if self._epmd is None or self._epmd.poll() is not None:
            self._epmd = processes.spawn([str(epmd)], env=env, log=self.log, user=user, cwd=folder)
            processes.remember(self._epmd_file, self._epmd.pid)
        self._broker = processes.spawn([str(server)], env=env, log=self.log, user=user, cwd=folder)
        processes.remember(self._broker_file, self._broker.pid)

    def wait(self) -> None:
        answered = processes.wait_until(lambda: not self._alive() or self._answers(), START_SECONDS)
        if not answered or not self._alive():
            raise Stopped(f"RabbitMQ did not start. The end of {self.log}:\n{processes.tail(self.log)}")

    def start(self) -> None:
        self.launch()
        self.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        if self._broker:
            processes.stop(self._broker, by=by, patience=STOP_SECONDS)
            self._broker = None
            self._broker_file.unlink(missing_ok=True)
        if self._epmd:
            processes.stop(self._epmd)
            self._epmd = None
            self._epmd_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """What a power cut does."""
        self.stop(by=signal.SIGKILL)

    def stop_leftover(self) -> None:
        if self._broker is not None:
            return
        broker = processes.stop_leftover(self._broker_file, patience=STOP_SECONDS)
        if processes.stop_leftover(self._epmd_file) or broker:
            self.say("Stopped a RabbitMQ that a killed run had left behind.")

    @property
    def _broker_file(self) -> Path:
        return self.var / "rabbitmq.pid.json"

    @property
    def _epmd_file(self) -> Path:
        return self.var / "epmd.pid.json"

    def _alive(self) -> bool:
        return self._broker is not None and self._broker.poll() is None

    def _answers(self) -> bool:
        """The management API is the last thing to come up, and says itself whether AMQP is served."""
        credentials = base64.b64encode(f"{ADMIN}:{self.password}".encode()).decode()
        connection = http.client.HTTPConnection(LOOPBACK, self.ports["management"], timeout=5)
        try:
            path = f"/api/health/checks/port-listener/{self.ports['amqp']}"
            connection.request("GET", path, headers={"Authorization": f"Basic {credentials}"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _write_configuration(self, folder: Path, user: Account | None) -> None:
        private_file(folder / "rabbitmq.conf", configuration(self.ports, self.password, self.wal_bytes), user)
        private_file(folder / "enabled_plugins", "[rabbitmq_management].\n", user)
        private_file(folder / "environment", "", user)

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "RABBITMQ_NODENAME": "ouchi@localhost",
            "RABBITMQ_DIST_PORT": str(self.ports["distribution"]),
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(folder / "conf.d"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
            # Makes the script replace itself by the broker, so that the process that we signal and wait for is it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
