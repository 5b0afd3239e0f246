"""Whatever text a stranger sends, to whichever route, nobody else waits: no step of the loop takes over 50 ms.

Measured in processor time of the loop's own thread, so that a busy machine does not count. A step that is over is tried
again: what is slow because of the text is slow each time.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from chassis.ids import new_id
from chassis.service_tokens import sign
from chassis.testing import MovableClock
from chassis.web.csrf import HEADER
from chassis.web.forms import LONGEST_FIELD, MAX_BODY
from chassis.web.routes import CSRF_FORM, PUBLIC, Route
from chassis.web.subjects import HEADER as PAGE_OF
from contracts import SERVICES
from rules.text import MAX_RAW
from tests.architecture.houses import MAIL_SERVER, opened, path_of, routes
from tests.chassis import loads
from tests.chassis.loads import UNITS, mostly
from tests.documents.conftest import SEEDS, STAFF

FromService = Callable[[str], Awaitable[str]]
Client = TestClient[Any, Any]
_TYPE = "Content-Type"
#: Whoever writes these by hand is not known.
_WHO = {"Authorization", "Cookie"}


def _mixture(names: tuple[str, ...], shift: int, size: int) -> dict[str, str]:
    """Each name with one of the texts, for each `shift` another."""
    units = list(UNITS.values())
    return {name: mostly(units[(place * 7 + shift * 5) % len(units)], size) for place, name in enumerate(names)}


@dataclass(frozen=True)
class Asked:
    """One request."""

    route: Route[Any]
    query: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.route.method} {self.route.path} {self.query[:60]} {self.body[:60]!r} {str(self.headers)[:60]}"


@dataclass
class Visitor:
    """Somebody who is signed in where that is possible, and means ill."""

    client: Client
    headers: Callable[[Route[Any]], Mapping[str, str]]
    path: Callable[[Route[Any]], str]
    #: What the form of the route has.
    fields: Callable[[Route[Any]], tuple[str, ...]]
    #: Mails, where they are taken.
    mails: tuple[bytes, ...] = ()

    async def send(self, asked: Asked) -> int:
        url = URL(self.path(asked.route) + asked.query, encoded=True)
        headers = {**self.headers(asked.route), **asked.headers}
        data = BytesIO(asked.body) if asked.body else None
        async with self.client.request(
            asked.route.method, url, data=data, headers=headers, allow_redirects=False, skip_auto_headers=[_TYPE]
        ) as answer:
            await answer.read()
            turned_away = answer.status in (401, 403) or answer.headers.get("Location", "").startswith("/sign-in?")
            return 401 if turned_away else answer.status

    def asks(self, route: Route[Any]) -> Iterator[Asked]:
        """Everything hostile for this route; what comes in headers where every route reads it alike."""
        for query in _queries():
            yield Asked(route, query=f"?{query}")
        if route.path in ("/livez", "/openapi.json") or route.body is not None:
            for headers in _headers():
                yield Asked(route, headers=headers)
        if route.method != "GET":
            for kind, body in self.bodies(route):
                yield Asked(route, body=body, headers={_TYPE: kind})

    def bodies(self, route: Route[Any]) -> Iterator[tuple[str, bytes]]:
        """Hostile bodies of the kind that the route takes: each field in full, and the whole body of one thing."""
        form = "application/x-www-form-urlencoded"
        # As long as a field may be, and as long as it is still looked into.
        for longest in (LONGEST_FIELD - 1, MAX_RAW):
            if route.body is not None:
                yield from (("message/rfc822", mail) for mail in self.mails)
                for unit in list(UNITS.values())[::5]:
                    yield "application/json", _fitted(longest, partial(_json, route.body, unit))
            elif route.csrf == CSRF_FORM:
                for shift in range(3):
                    yield form, _fitted(longest, partial(_form, self.fields(route) or ("x",), shift))
        if route.csrf == CSRF_FORM:
            yield form, b"&".join(b"a%d=1" % n for n in range(30_000))[:MAX_BODY]


def _fitted(size: int, make: Callable[[int], str]) -> bytes:
    """As much of the text in each field as the body holds, at most `size` characters."""
    while len(body := make(size).encode()) > MAX_BODY:
        size = size * 2 // 3
    return body


def _form(names: tuple[str, ...], shift: int, size: int) -> str:
    return urlencode(_mixture(names, shift, size))


def _json(schema: Mapping[str, Any], unit: str, size: int) -> str:
    return json.dumps(_value(schema, mostly(unit, size)), ensure_ascii=False)


def _value(schema: Mapping[str, Any], text: str) -> Any:
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "object" in kinds:
        return {name: _value(each, text) for name, each in schema.get("properties", {}).items()}
    if "array" in kinds:
        return [_value(schema.get("items", {}), text)] * min(schema.get("maxItems", 3), 3)
    if "string" in kinds or kind is None:
        return schema["enum"][0] if "enum" in schema else text
    return 1


async def _longest_step(visitor: Visitor, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> tuple[float, int]:
    """The longest step of the loop, in seconds, and the answer; of three times the least, where the first is too long."""
    longest, status = float("inf"), 0
    for _ in range(3):
        with loads.measured(monkeypatch) as steps:
            status = await visitor.send(asked)
        longest = min(longest, steps.longest)
        if longest < loads.MOST:
            break
    return longest, status


@pytest.mark.parametrize("name", SERVICES)
async def test_no_text_however_it_is_made_holds_the_loop(
    name: str, database_url: FromService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong: list[tuple[Asked, float, int]] = []
    async with opened(name, await database_url(name), MovableClock(), tmp_path) as (context, client):
        visitor = await VISITORS[name](context, client)
        for route in sorted(routes(name), key=_ends_something):
            for asked in visitor.asks(route):
                seconds, status = await _longest_step(visitor, asked, monkeypatch)
                # Where we are turned away at the door nothing is tried.
                at_the_door = status == 401 and not _ends_something(route) and not asked.headers.keys() & _WHO
                if seconds >= loads.MOST or (status >= 500 and status != 503) or at_the_door:
                    wrong.append((asked, seconds, status))
    assert wrong == []


def _ends_something(route: Route[Any]) -> bool:
    """Signing out, withdrawing and erasing come last: they end what the others are asked with."""
    last = ("sign-out", "withdraw", "withdrawal", "erase", "forget", "end", "family", "sessions", "sign-in")
    return route.path.rpartition("/")[2] in last or route.method == "DELETE" or "password" in route.path


def _queries() -> Iterator[str]:
    for shift in range(2):
        yield urlencode(_mixture(("q", "type", "side", "field", "to", "kind", "why", "lang"), shift, 80))[:7000]
    yield "a&" * 3500


def _headers() -> Iterator[dict[str, str]]:
    names = ("Cookie", "Accept-Language", "X-Forwarded-For", "Accept", "traceparent", "Idempotency-Key")
    units = ("a=b; ", ",", 'a="', "1.1.1.1,", "\ufff9", ";q=")
    for shift in range(3):
        yield {
            name: mostly(unit := units[(place + shift * 2) % len(units)], 7000 // len(unit.encode()))
            for place, name in enumerate(names)
        }
    for unit in (";", '"'):
        yield {"Content-Type": mostly(unit, 7000), "Authorization": f"Bearer {mostly(unit, 7000)}"}


async def _at_intake(intake: Any, client: Client) -> Visitor:
    from services.intake import use_cases
    from services.intake.pages import boxes, eligibility, form
    from tests.intake.forms import PASSWORD, resident

    application = await use_cases.receive_application(intake, resident(), "key-000000000001")
    signed_in = await use_cases.sign_in(intake, "hana@example.jp", PASSWORD, str(application.id), None)
    client.session.cookie_jar.update_cookies({"intake_session": signed_in.token}, client.make_url("/"))
    token = await _form_token(client, "/sign-in")

    def headers(route: Route[Any]) -> Mapping[str, str]:
        about = f"application:{application.id}:{application.version}:x"
        return {"Authorization": f"Bearer {signed_in.token}", HEADER: token, PAGE_OF: about}

    fields = {
        # Without what only asks for the towns of a postal code: all of it is understood, and said to be wrong.
        "/apply": tuple(name for name in form._SENT if name not in ("find", "town")),
        "/apply/draft": form._SENT,
        "/language": form._SENT,
        "/eligibility": eligibility._SENT,
        "/apply/email": ("email",),
        "/application/email": ("email", "password"),
        "/sign-in": ("application", "proof", "email", "password"),
        "/link-requests": ("application", "email"),
        "/password-resets": ("application", "email"),
        "/password/{application}/{token}": ("password", "birth_date"),
        "/application": ("language", "expiry_notice"),
        "/application/details": boxes.SENT,
        "/application/corrections": ("answered", *boxes.SENT),
    }
    known = {"application": str(application.id), "application_id": str(application.id)}
    known["code"] = quote(mostly("〒", 800))
    return Visitor(client, headers, lambda route: path_of(route, **known), lambda route: fields.get(route.path, ()))


async def _at_review(review: Any, client: Client) -> Visitor:
    from chassis.testing import deliver
    from services.review import use_cases
    from services.review.app import HANDLERS
    from services.review.pages.mask import FIELDS
    from tests.review import samples

    event = samples.handed_over()
    await deliver(review, review.db, HANDLERS, event)
    async with review.db.connection() as conn:
        case: UUID = await conn.fetchval("SELECT id FROM cases WHERE application_id = $1", event.subject)
    password = "correct horse battery staple"
    staff = await use_cases.add_staff(review, "hana", password)
    await use_cases.claim(review, case, staff)
    session = await use_cases.sign_in(review, "hana", password, "192.0.2.1")
    token = await _form_token(client, "/sign-in")
    client.session.cookie_jar.update_cookies({"review_session": session.token}, client.make_url("/"))

    def headers(route: Route[Any]) -> Mapping[str, str]:
        about = f"staff:{staff.id}:0:hana case:{case}:1:x document:{case}:1:x registration:{case}:1:x"
        return {"Authorization": f"Bearer {session.token}", HEADER: token, PAGE_OF: about}

    fields: tuple[str, ...] = (
        "decision",
        "card_number",
        "reason",
        "reject-note",
        "version",
        "correct_by",
        "extension_reason",
        "next",
    )
    fields += ("username", "password", "q", "amend-field-0", "amend-value-0", "amend-reason-0")
    fields += tuple(f"{field}-0" for field in FIELDS)
    named = dict.fromkeys(("id", "document_id", "registration"), str(case))
    return Visitor(client, headers, lambda route: path_of(route, **named), lambda _route: fields)


async def _at_documents(vault: Any, client: Client) -> Visitor:
    document, application = new_id(), new_id()

    def headers(route: Route[Any]) -> Mapping[str, str]:
        purpose = route.auth.removesuffix("_token")
        caller, actor = ("review", STAFF) if purpose == "mask" else ("intake", f"applicant:{application}")
        token = sign(
            SEEDS[caller],
            "documents",
            vault.now(),
            caller=caller,
            purpose=purpose,
            actor=actor,
            resource=document,
            owner=application,
        )
        return {"Authorization": f"Bearer {token}"} if route.auth != PUBLIC else {}

    return Visitor(client, headers, lambda route: path_of(route, id=str(document)), lambda _route: ())


async def _at_notifier(_notifier: Any, client: Client) -> Visitor:
    report = b"Content-Type: multipart/report; boundary=a"
    part = b"--a\r\nContent-Type: message/delivery-status\r\n\r\n"
    mails = (
        report + b';"' * 120_000 + b"\r\n\r\n",
        report + b"\r\n\r\n" + part + b"Action: failed\r\n\r\n" * 14_000,
        report + b"\r\n\r\n" + part * 4000,
        b"".join(b'Content-Type: multipart/report; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(300)),
        b"A: b\r\n" * 40_000,
    )
    who = {"Authorization": f"Bearer {MAIL_SERVER}"}
    return Visitor(client, lambda _route: who, path_of, lambda _route: (), mails)


VISITORS = {"intake": _at_intake, "documents": _at_documents, "review": _at_review, "notifier": _at_notifier}


async def _form_token(client: Client, page: str) -> str:
    async with client.get(page) as answer:
        return (await answer.text()).partition('name="csrf_token" value="')[2].partition('"')[0]
