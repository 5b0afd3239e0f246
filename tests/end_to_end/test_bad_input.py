"""Garbage at every endpoint of the running system: a clear 4xx with a reason, nothing written, no traceback, memory flat."""

import importlib
import io
import secrets
import struct
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from yarl import URL

from chassis.service import Service
from contracts import SERVICES
from tests.end_to_end.people import Office, Person, form, photo
from tools.installation import Installation
from tools.system import System

IDS = ["x", "%00", "%ED%A0%80", "%FF", "..%2F..%2Fetc", "9" * 3000, "01a20470-0000-7000-8000-000000000000"]
BODIES: list[tuple[str, bytes]] = [
    ("application/json", b"{"),
    ("application/json", b"[" * 50_000),
    ("application/json", b'{"name": "\xff"}'),
    ("application/json", b'{"name": "\\ud800", "version": "\\u0000"}'),
    ("application/json", b'{"version": 1e999, "unknown_field": {"$ne": null}}'),
    ("application/json", b'{"email": ' + b'"x' * 1 + b"a" * 5_000_000 + b'"}'),
    ("application/x-www-form-urlencoded", b"name=%00&kana=%ED%A0%80"),
    ("application/x-www-form-urlencoded", b"name=\xff&birth_year=%FF"),
    ("application/x-www-form-urlencoded", b"name=" + b"x" * 5_000_000),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="document"\r\n\r\nno end'),
    ("multipart/form-data", b"no boundary"),
    ("text/plain", b""),
]
COUNTS = """
SELECT table_name, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', table_name), true, true,
       '')))[1]::text AS n
  FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1
"""
#: What refused sign-ins and looks may leave behind: the records of the attempts themselves.
ATTEMPTS = {
    "sign_in_attempts",
    "sign_in_failures",
    "audit",
    "used_tokens",
    "sessions",
    "link_requests",
    "refusals",
    "rate_counts",
}


def _routes(name: str) -> list[tuple[str, str]]:
    service: Service[Any, Any] = importlib.import_module(f"services.{name}.app").SERVICE
    return [(route.method, route.path) for route in service.routes]


def _paths(path: str) -> list[str]:
    """The path with each kind of garbage in place of what is in braces."""
    if "{" not in path:
        return [path]
    parts = path.split("/")
    return ["/".join(garbage if part.startswith("{") else part for part in parts) for garbage in IDS]


async def _rows(house: Installation) -> dict[str, dict[str, str]]:
    counts = {}
    for service in SERVICES:
        conn = await asyncpg.connect(house.database_url(service))
        counts[service] = {r["table_name"]: r["n"] for r in await conn.fetch(COUNTS) if r["table_name"] not in ATTEMPTS}
        await conn.close()
    return counts


def _resident_kib(system: System, name: str) -> int:
    process = system.supervisor.runs[name].process
    assert process is not None
    [line] = [x for x in Path(f"/proc/{process.pid}/status").read_text().splitlines() if x.startswith("VmRSS")]
    return int(line.split()[1])


@pytest.fixture
async def tokens(person: Person, office: Office) -> dict[str, str | None]:
    await person.apply()
    await person.follow_link()
    return {"intake": person.token, "review": office.token, "documents": "x.y.z", "notifier": None}


@pytest.mark.parametrize("name", SERVICES)
async def test_no_garbage_is_answered_with_a_fault_of_ours_or_leaves_anything(
    name: str, system: System, http: aiohttp.ClientSession, tokens: dict[str, str | None]
) -> None:
    before, memory = await _rows(system.house), _resident_kib(system, name)
    wrong = []
    for method, route in _routes(name):
        for path in _paths(route):
            for content_type, body in BODIES if method not in ("GET", "DELETE") else [("text/plain", b"")]:
                for token in {None, tokens[name], "ü"}:
                    headers = {"Content-Type": content_type}
                    if token:
                        headers["Authorization"] = f"Bearer {token}"
                    url = URL(f"{system.url(name)}{path}?after=%00&status=%FF&type=x&side=&application=x", encoded=True)
                    options: dict[str, Any] = {"headers": headers, "data": io.BytesIO(body), "allow_redirects": False}
                    try:
                        async with http.request(method, url, **options) as answer:
                            text = (await answer.read()).decode(errors="replace")
                    except aiohttp.ClientConnectionError:
                        # A body that is refused unread may be cut off; what counts is that the service lives on.
                        continue
                    if answer.status >= 500 or "Traceback" in text:
                        wrong.append((method, path[:80], content_type, body[:40], bool(token), answer.status))
    assert wrong == []
    assert await _rows(system.house) == before
    assert _resident_kib(system, name) < memory + 60_000


def _flood() -> bytes:
    """A PNG of 30,000 x 30,000 pixels in a few KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"These are words in a file named photo.jpg", "unreadable_image"),
        (b"", "empty"),
        (_flood(), "too_many_pixels"),
        (photo()[: len(photo()) // 2], "unreadable_image"),
        (b"\xff\xd8\xff" + bytes(1000), "unreadable_image"),
    ],
    ids=["text named jpg", "nothing", "pixel flood", "truncated", "only a beginning"],
)
async def test_what_is_no_photo_is_refused_with_the_reason(
    person: Person, system: System, data: bytes, code: str
) -> None:
    await person.apply()
    await person.follow_link()
    before = await _rows(system.house)
    path = f"/api/v1/applications/{person.id}/documents?type=driving_licence&side=front&shows_current_address=true"
    answer = await person.call("POST", path, data=data)
    assert (answer.status, answer.body["code"]) == (422, code)
    rows = await _rows(system.house)
    assert rows["documents"] == before["documents"]
    assert (await person.look())["documents"] == []


async def test_somebody_elses_application_does_not_exist(person: Person, http: aiohttp.ClientSession) -> None:
    await person.apply()
    await person.follow_link()
    other = Person(http, person.url, person.mailbox)
    await other.apply()
    statuses = [
        (await person.call(method, f"/api/v1/applications/{other.id}{path}", json={"version": 1})).status
        for method, path in [("GET", ""), ("PATCH", ""), ("POST", "/submission"), ("POST", "/withdrawal")]
    ]
    assert statuses == [404, 404, 404, 404]


async def test_a_stale_version_is_refused(person: Person) -> None:
    body = await person.apply()
    await person.follow_link()
    path = f"/api/v1/applications/{person.id}"
    await person.expect(200, "PATCH", path, json={"version": body["version"], "phone": "0963286842"})
    stale = await person.call("PATCH", path, json={"version": body["version"], "phone": "0963286843"})
    assert (stale.status, stale.body["code"]) == (409, "stale_version")
    assert (await person.look())["applicant"]["phone"] == "096-328-6842"


async def test_an_idempotency_key_makes_one_application_of_many_attempts(person: Person) -> None:
    key, sent = secrets.token_hex(16), form(person.email)
    first = await person.expect(201, "POST", "/api/v1/applications", key=key, json=sent)
    again = await person.expect(201, "POST", "/api/v1/applications", key=key, json=sent)
    other = await person.call("POST", "/api/v1/applications", key=key, json={**sent, "phone": "0963286842"})
    assert (again, other.status, other.body["code"]) == (first, 422, "idempotency_key_reused")
