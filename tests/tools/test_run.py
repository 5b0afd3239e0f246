"""`make run`: what it says, what it keeps running, and what it leaves."""

import http.client
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import processes
from tools.addresses import chosen_ports
from tools.errors import Stopped
from tools.places import Lock
from tools.ports import LOOPBACK, free_ports, remembered_ports
from tools.processes import identify
from tools.run import require_free
from tools.supervisor import Program, Supervisor

SECONDS = 20.0

SERVER = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
print("started", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.stop()


def program(folder: Path, code: str, port: int | None = None) -> Program:
    return Program(
        name="thing",
        command=[sys.executable, "-c", code, str(port)],
        environment={"PATH": os.environ["PATH"]},
        log=folder / "thing.log",
        folder=folder,
        ready_url=f"http://{LOOPBACK}:{port}/readyz" if port else None,
    )


def test_a_taken_port_is_named_with_the_way_to_choose_others() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            Stopped, match=rf"^Port {port} \(review\) taken by another program\. .*OUCHI_PORTS=\d+ make run"
        ):
            require_free({"intake": free_ports(["one"])["one"], "review": port})


def test_the_default_ports_are_the_documented_ones() -> None:
    assert chosen_ports(None) == {
        "intake": 8080, "documents": 8081, "review": 8082, "notifier": 8083, "mailbox": 8025, "smtp": 1025
    }  # fmt: skip


def test_ouchi_ports_moves_all_six() -> None:
    assert list(chosen_ports("9080").values()) == [9080, 9081, 9082, 9083, 9084, 9085]


@pytest.mark.parametrize("text", ["x", "0", "-1", "65535", "９０８０", "9080 "])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(Stopped, match="OUCHI_PORTS"):
        chosen_ports(text)


def test_ports_are_remembered_until_somebody_takes_them(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = remembered_ports(file, ["a", "b"])
    assert remembered_ports(file, ["a", "b"]) == first
    with socket.create_server((LOOPBACK, first["a"])):
        second = remembered_ports(file, ["a", "b"])
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
    assert json.loads(file.read_text()) == second


def test_only_one_run_in_a_checkout(tmp_path: Path) -> None:
    said = rf"already running in this checkout \(process {os.getpid()}\)"
    with Lock(tmp_path / "run"), pytest.raises(Stopped, match=said):
        Lock(tmp_path / "run").__enter__()
    with Lock(tmp_path / "run"):
        pass


def test_a_program_that_is_killed_comes_back(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    port = free_ports(["http"])["http"]
    supervisor.start(program(tmp_path, SERVER, port))
    supervisor.wait_ready(SECONDS)
    supervisor.kill("thing")

    def mended() -> bool:
        supervisor.mend()
        return supervisor.runs["thing"].alive and _answers(port)

    assert processes.wait_until(mended, SECONDS)
    assert said == ["thing ended (killed by signal 9); starting it again in 0.5 s."]


def test_every_further_death_waits_longer(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    supervisor.start(program(tmp_path, "raise SystemExit(3)"))

    def died_three_times() -> bool:
        supervisor.mend()
        return len(said) == 3

    assert processes.wait_until(died_three_times, SECONDS)
    assert [line.split()[-2] for line in said] == ["0.5", "1", "2"]
    assert "exit code 3" in said[0]


def test_a_program_that_cannot_start_is_reported_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path, "raise SystemExit('no database here')", free_ports(["http"])["http"]))
    with pytest.raises(Stopped, match=r"(?s)thing ended while it started.*no database here"):
        supervisor.wait_ready(SECONDS)


def test_stopping_leaves_no_process_behind(supervisor: Supervisor, tmp_path: Path) -> None:
    child = "import subprocess, sys, time; subprocess.Popen(['sleep', '300']); print('up', flush=True); time.sleep(300)"
    supervisor.start(program(tmp_path, child))
    assert processes.wait_until(lambda: "up" in processes.tail(tmp_path / "thing.log"), SECONDS)
    process = supervisor.runs["thing"].process
    assert process is not None
    family = [found for found in (identify(process.pid), *processes.descendants(process.pid)) if found]
    assert len(family) == 2
    supervisor.stop()
    assert [one for one in family if identify(one.pid) == one] == []


def test_the_log_of_the_run_before_is_kept(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "thing.log").write_text("before\n")
    supervisor.start(program(tmp_path, "print('now')"))
    assert processes.wait_until(lambda: not supervisor.runs["thing"].alive, SECONDS)
    assert (tmp_path / "thing.log.1").read_text() == "before\n"
    assert (tmp_path / "thing.log").read_text() == "now\n"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
