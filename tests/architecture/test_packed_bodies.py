"""A body that is packed is refused unread: on every path of every service, by every method, before anything else."""

import gzip
import tracemalloc
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path

import pytest

from chassis.testing import MovableClock
from contracts import SERVICES
from tests.architecture.houses import opened, path_of, routes

FromService = Callable[[str], Awaitable[str]]
CODINGS = [
    ("br", b"12345"),
    ("gzip", b"garbage"),
    ("gzip", gzip.compress(b"a=b")),
    ("GZip, identity", b""),
    ("deflate", b"\x78\x9c"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("compress", b"x"),
    ("identity, identity", b"a=b"),
    ("", b"a=b"),
    ("ü", b"a=b"),
]


@pytest.mark.parametrize("name", SERVICES)
async def test_every_coding_but_identity_is_refused_on_every_path_before_anything_else(
    name: str, database_url: FromService, tmp_path: Path
) -> None:
    wrong = []
    async with opened(name, await database_url(name), MovableClock(), tmp_path) as (_, client):
        known = [(route.method, path_of(route)) for route in routes(name)]
        for method, path in [*known, ("HEAD", "/livez"), ("DELETE", "/livez"), ("GET", "/none"), ("PUT", "/api/none")]:
            for coding, body in CODINGS:
                headers = {"Content-Encoding": coding}
                async with client.request(
                    method, path, data=BytesIO(body), headers=headers, allow_redirects=False
                ) as answer:
                    if answer.status != 415:
                        wrong.append((method, path, coding, answer.status))
    assert wrong == []


@pytest.mark.parametrize("name", SERVICES)
async def test_a_bomb_is_never_unpacked(name: str, database_url: FromService, tmp_path: Path) -> None:
    bomb = _bomb()
    async with opened(name, await database_url(name), MovableClock(), tmp_path) as (_, client):
        route = next(route for route in routes(name) if route.method == "POST")
        tracemalloc.start()
        try:
            async with client.post(
                path_of(route), data=BytesIO(bomb), headers={"Content-Encoding": "gzip"}, allow_redirects=False
            ) as answer:
                assert answer.status == 415
            assert tracemalloc.get_traced_memory()[1] < 20 << 20
        finally:
            tracemalloc.stop()


def _bomb() -> bytes:
    """1 GB of nothing in 1 MB."""
    return gzip.compress(bytes(1 << 20)) * 1024
