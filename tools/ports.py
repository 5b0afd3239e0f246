"""Ports of 127.0.0.1: which are free, and which ones a server was given before."""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the kernel's range for outgoing connections, so that nobody's client takes the port of a server that restarts.
CANDIDATES = range(15000, 32000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(names: Iterable[str], taken: Iterable[int] = ()) -> dict[str, int]:
    """One free port for each name, all different."""
    chosen: dict[str, int] = {}
    unusable = set(taken)
    for name in names:
        port = next(p for p in _shuffled() if p not in unusable and is_free(p))
        unusable.add(port)
        chosen[name] = port
    return chosen


def remembered_ports(file: Path, names: Iterable[str]) -> dict[str, int]:
    """The ports written in `file`; those missing or taken by somebody else meanwhile are chosen anew."""
    before: Mapping[str, int] = json.loads(file.read_text()) if file.exists() else {}
    names = list(names)
    kept = {name: before[name] for name in names if name in before and is_free(before[name])}
    ports = kept | free_ports([name for name in names if name not in kept], kept.values())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(ports, indent=1) + "\n")
    return ports


def _shuffled() -> list[int]:
    return random.sample(CANDIDATES, len(CANDIDATES))
