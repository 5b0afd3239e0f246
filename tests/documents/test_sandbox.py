"""What a file that has taken the decoder over can still do: nothing. Tried from inside a real worker."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from services.documents.decoder import open_decoder
from services.documents.model.kinds import JPEG
from tests.documents import pictures

#: Runs the worker's own main; in the place of decoding it tries what it is told, and says what came of it on stderr.
WORKER = """
import ctypes, json, mmap, os, signal, socket, sys, threading
from services.documents import sandbox, worker
from services.documents.model.images import Unreadable
libc = ctypes.CDLL(None, use_errno=True)

def raw(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")

def attempt(what):
    parent, keys, port = PARENT, KEYS, PORT
    return {
        "environment": lambda: open(f"/proc/{parent}/environ", "rb"),
        "memory": lambda: open(f"/proc/{parent}/mem", "rb"),
        "own memory": lambda: open("/proc/self/mem", "rb"),
        "keys": lambda: os.open(keys, os.O_RDONLY),
        "stat": lambda: os.stat(keys),
        "list": lambda: os.listdir("/"),
        "write": lambda: os.open(keys + ".new", os.O_CREAT | os.O_WRONLY),
        "unlink": lambda: os.unlink(keys),
        "connect": lambda: socket.socket(socket.AF_INET).connect(("127.0.0.1", port)),
        "local socket": lambda: socket.socket(socket.AF_UNIX),
        "pair of sockets": lambda: socket.socketpair(),
        "execute": lambda: os.execv(sys.executable, [sys.executable, "-V"]),
        "fork": lambda: os.fork(),
        "trace": lambda: trace(parent),
        "read memory": lambda: raw({"x86_64": 310, "aarch64": 270}[os.uname_machine], parent, 0, 0, 0, 0, 0),
        "io_uring": lambda: raw(425, 8, 0),
        "user namespace": lambda: libc.unshare(0x10000000) and raise_(),
        "bpf": lambda: raw({"x86_64": 321, "aarch64": 280}[os.uname_machine], 0, 0, 0),
        "kill": lambda: os.kill(parent, 0),
        "limit of another": lambda: raw({"x86_64": 302, "aarch64": 261}[os.uname_machine], parent, 0, 0, 0),
        "new code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
        "thread": lambda: (lambda thread: (thread.start(), thread.join()))(threading.Thread(target=lambda: None)),
        "abort": os.abort,
    }[what]()

def raise_():
    raise OSError(ctypes.get_errno(), "")

def trace(pid):
    if libc.ptrace(16, pid, 0, 0) < 0:
        raise_()

def tries(image, kind, max_pixels):
    for what in json.loads(image):
        try:
            attempt(what)
            came = "done"
        except PermissionError:
            came = "refused"
        except BaseException as error:
            came = repr(error)
        os.write(2, json.dumps([what, came]).encode() + b"\\n")
    raise Unreadable

os.uname_machine = os.uname().machine
PARENT, KEYS, PORT = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
worker.clean = tries
if sys.argv[4] == "free":
    sandbox.enter = lambda: "not tried"
worker.main()
"""

#: What may not succeed. Those of the second line are tried without the sandbox too, to see that they would.
REFUSED = [
    *(
        "own memory",
        "stat",
        "list",
        "unlink",
        "local socket",
        "pair of sockets",
        "execute",
        "fork",
        "io_uring",
        "user namespace",
    ),
    *(
        "environment",
        "memory",
        "keys",
        "write",
        "connect",
        "trace",
        "read memory",
        "bpf",
        "kill",
        "limit of another",
        "new code",
    ),
]
HARMLESS_WITHOUT = ["environment", "memory", "keys", "connect", "kill", "new code"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A file as the master keys are kept in."""
    (tmp_path / "keys").write_bytes(b"key")
    return tmp_path / "keys"


async def attempts(keys: Path, what: list[str], *, free: bool = False) -> tuple[dict[str, str], int]:
    """What came of each attempt in a worker, and how the worker ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        words = [str(os.getpid()), str(keys), str(port), "free" if free else "confined"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORKER, *words), stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=Path.cwd()
        )
        image = json.dumps(what).encode()
        order = json.dumps({"kind": JPEG, "max_pixels": 1, "bytes": len(image)}).encode()
        _, said = await process.communicate(order + b"\n" + image)
    return dict(json.loads(line) for line in said.splitlines() if line.startswith(b"[")), process.returncode or 0


async def test_a_worker_reaches_no_file_no_process_no_network_and_no_program(keys: Path) -> None:
    assert await attempts(keys, REFUSED) == (dict.fromkeys(REFUSED, "refused"), 0)


async def test_without_the_sandbox_the_same_would_succeed(keys: Path) -> None:
    came, _ = await attempts(keys, HARMLESS_WITHOUT, free=True)
    assert came == dict.fromkeys(HARMLESS_WITHOUT, "done")


async def test_a_worker_may_have_threads_and_crash_as_before(keys: Path) -> None:
    assert await attempts(keys, ["thread", "abort"]) == ({"thread": "done"}, -signal.SIGABRT)


async def test_where_the_kernel_allows_no_sandbox_decoding_goes_on_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    image = pictures.jpeg(pictures.photo(640, 480))
    async with open_decoder() as decoder:
        await decoder.warm_up()
        assert _confined() == b"decoder_confined 1.0"
    # The worker's own main, on a machine whose system calls nobody has listed.
    python = tmp_path / "python"
    python.write_text(ON_ANOTHER_MACHINE.format(sys.executable))
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    async with open_decoder() as decoder:
        cleaned = await decoder.clean(image, JPEG, 1_000_000)
    names = [each.name for each in cleaned.renditions]
    assert (_confined(), names) == (b"decoder_confined 0.0", ["reading", "screen", "thumbnail"])


def _confined() -> bytes:
    """What the metrics say."""
    return next(line for line in generate_latest().splitlines() if line.startswith(b"decoder_confined"))


ON_ANOTHER_MACHINE = """#!{}
import platform, runpy
platform.machine = lambda: "riscv64"
runpy.run_module("services.documents.worker", run_name="__main__")
"""
