"""A form with a photograph, byte by byte: whatever is wrong with it is the sender's fault, found early, and cheap."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.web.bodies import uncoded
from chassis.web.failures import failures
from chassis.web.listener import OPTIONS
from services.intake.pages.uploads import read_upload
from tests.chassis import loads

Client = TestClient[Any, Any]
MOST = 300_000
BOUND = "x" * 60
LINE = f"--{BOUND}\r\n"
END = f"\r\n--{BOUND}--\r\n"


def field(name: str, text: str = "", more: str = "") -> str:
    return f'{LINE}Content-Disposition: form-data; name="{name}"{more}\r\n\r\n{text}\r\n'


DOCUMENT = (
    f'{LINE}Content-Disposition: form-data; name="document"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
)


async def _upload(request: web.Request) -> web.Response:
    fields, picture = await read_upload(request, ("type", "side"), "document", MOST)
    image = b"".join([piece async for piece in picture]) if picture else None
    return web.json_response({"fields": fields, "bytes": None if image is None else len(image)})


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    app = web.Application(middlewares=[failures, uncoded])
    app.router.add_post("/api/upload", _upload)
    server = TestServer(app)
    await server.start_server(**OPTIONS)
    async with TestClient(server) as client:
        yield client


async def send(client: Client, body: bytes, kind: str = f"multipart/form-data; boundary={BOUND}") -> tuple[int, Any]:
    async with client.post("/api/upload", data=BytesIO(body), headers={"Content-Type": kind}) as answer:
        return answer.status, await answer.json()


async def test_the_fields_and_the_file_are_read(client: Client) -> None:
    body = (field("type", "passport") + field("side", "表") + DOCUMENT).encode() + b"\0\r\n--x" * 20_000 + END.encode()
    assert await send(client, body) == (200, {"fields": {"type": "passport", "side": "表"}, "bytes": 120_000})


@pytest.mark.parametrize("content", ["", None])
async def test_no_file_is_none(client: Client, content: str | None) -> None:
    body = field("type", "passport") + (DOCUMENT + END if content is not None else f"--{BOUND}--")
    assert await send(client, body.encode()) == (200, {"fields": {"type": "passport"}, "bytes": None})


async def test_the_fields_after_the_file_do_not_count_and_do_not_hurt(client: Client) -> None:
    body = DOCUMENT + "abc\r\n" + field("side", "back") + END
    assert await send(client, body.encode()) == (200, {"fields": {}, "bytes": 3})


MALFORMED = {
    "nothing": b"",
    "text": b"no boundary anywhere",
    "a preamble": (b"preamble " * 5000) + (DOCUMENT + "x" + END).encode(),
    "line ends first": b"\r\n" * 50_000 + (DOCUMENT + "x" + END).encode(),
    "NUL in a name": f'{LINE}Content-Disposition: form-data; name="ty\0pe"\r\n\r\nx{END}'.encode(),
    "NUL in a header's name": f'{LINE}Content\0-Type: x\r\nContent-Disposition: form-data; name="type"\r\n\r\nx{END}'.encode(),
    "NUL in a header": f'{LINE}Content-Disposition: form-data; name="\0"\r\n\r\nx{END}'.encode(),
    "a long header": f'{LINE}Content-Disposition: form-data; name="{"n" * 9000}"\r\n\r\nx{END}'.encode(),
    "an endless header": LINE.encode() + b"a" * 200_000,
    "many headers": LINE.encode() + b"A: b\r\n" * 30_000,
    "no headers": f"{LINE}\r\nx{END}".encode(),
    "a line without a colon": f"{LINE}Content-Disposition\r\n\r\nx{END}".encode(),
    "a continued header": f'{LINE}Content-Disposition: form-data;\r\n name="type"\r\n\r\nx{END}'.encode(),
    "a charset": (field("_charset_", "x" * 40) + field("type", "x") + END).encode(),
    "a short charset": (field("_charset_", "rot13") + field("type", "x") + END).encode(),
    "no name": f"{LINE}Content-Disposition: form-data\r\n\r\nx{END}".encode(),
    "an attachment": f'{LINE}Content-Disposition: attachment; name="type"\r\n\r\nx{END}'.encode(),
    "an unknown field": (field("role", "admin") + END).encode(),
    "a field that is no text": (
        field("type", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")) + END
    ).encode("latin-1"),
    "a field with NUL": (field("type", "\0") + END).encode(),
    "a long field": (field("type", "x" * 100_000) + END).encode(),
    "a wrong length": f'{LINE}Content-Disposition: form-data; name="type"\r\nContent-Length: 1\r\n\r\nxx{END}'.encode(),
    "a length that is none": f'{LINE}Content-Disposition: form-data; name="type"\r\nContent-Length: -1\r\n\r\nx{END}'.encode(),
    "tiny parts": field("type", "").encode() * 2000,
    "bare line feeds": (DOCUMENT + "x" + END).replace("\r\n", "\n").encode(),
    "no end": (DOCUMENT + "x").encode(),
    "an end that is cut": (DOCUMENT + "x" + END).encode()[:-6],
    "a boundary with more behind it": (DOCUMENT + f"x\r\n--{BOUND}y").encode(),
    "boundaries without end": LINE.encode() * 5000,
    "beginnings of boundaries": (DOCUMENT + f"\r\n--{BOUND[:-1]}" * 3000).encode(),
    "too large": DOCUMENT.encode() + b"x" * (MOST + 70_000) + END.encode(),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_malformed_is_said_to_be_and_holds_up_nobody(
    client: Client, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loads.measured(monkeypatch) as steps:
        status, problem = await send(client, body)
    assert (status in (400, 413, 422), "code" in problem) == (True, True)
    assert steps.longest < loads.MOST


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        f"multipart/form-data; boundary={'x' * 150}",
        "multipart/form-data; boundary*=utf-8''x",
        'multipart/form-data; boundary="x',
        "multipart/form-data; boundary=ü",
        "multipart/form-data; =; ;boundary",
        'multipart/form-data; boundary="a\\"b"',
        "multipart/form-data; ®çÜ*",
        "multipart/form-data; a*",
        "multipart/mixed; boundary=x",
        "multipart/form-data, multipart/form-data; boundary=x",
    ],
)
async def test_a_content_type_without_a_usable_boundary_is_refused(client: Client, kind: str) -> None:
    status, _ = await send(client, (field("type", "x") + END).encode(), kind)
    assert status in (400, 415)


async def test_a_long_preamble_is_not_read_through(client: Client) -> None:
    read = 0

    class Endless(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal read
            read += 65536
            return b"\r\n" * 32768 if read < 100 << 20 else b""

    headers = {"Content-Type": f"multipart/form-data; boundary={BOUND}"}
    try:
        async with client.post("/api/upload", data=Endless(), headers=headers) as answer:
            assert answer.status == 400
    except ConnectionError:
        pass
    assert read < 100 << 20


_PIECES = st.sampled_from(
    [
        LINE,
        f"--{BOUND}--",
        f"\r\n--{BOUND}",
        "\r\n",
        "\n",
        "\0",
        ":",
        ";",
        '"',
        "\\",
        "Content-Disposition: form-data",
        '; name="type"',
        '; name="document"; filename="a"',
        "; name=type",
        "Content-Type: text/plain; charset=rot13",
        "Content-Transfer-Encoding: base64",
        "Content-Encoding: gzip",
        "Content-Length: 5",
        "_charset_",
        "x",
        "é",
        "--",
    ]
)


@given(parts=st.lists(_PIECES, max_size=30), kind=st.text(max_size=40))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_form_however_broken_is_a_fault_of_ours(client: Client, parts: list[str], kind: str) -> None:
    for content_type in (f"multipart/form-data; boundary={BOUND}", _header(f"multipart/form-data; {kind}")):
        status, _ = await send(client, "".join(parts).encode(), content_type)
        assert status == 200 or 400 <= status < 500


def _header(text: str) -> str:
    return "".join(char for char in text if char.isprintable() and char < "\u0100")
