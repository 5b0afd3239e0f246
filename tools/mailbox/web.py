"""The mails over HTTP: Mailpit's API for programs, pages for people."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from markupsafe import Markup, escape

from tools.mailbox import mailpit
from tools.mailbox.store import Mail, Store

HERE = Path(__file__).parent
STORE = web.AppKey("store", Store)
PAGES = web.AppKey("pages", jinja2.Environment)
TOKYO = ZoneInfo("Asia/Tokyo")
LINK = re.compile(r"https?://[^\s<>\"'）」』】。、]+")
DEFAULT_LIMIT = 50
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'"
)
# A mail's own HTML runs nothing and fetches nothing; its links open in a new tab.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)


def application(store: Store) -> web.Application:
    app = web.Application()
    app[STORE] = store
    app[PAGES] = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    app[PAGES].filters |= {"linked": linked, "moment": moment}
    app.add_routes(
        [
            web.get("/", list_page),
            web.get("/messages/{id}", message_page),
            web.get("/messages/{id}/html", mail_html),
            web.post("/delete", delete_page),
            web.static("/static", HERE / "static"),
            web.get("/livez", alive),
            web.get("/readyz", alive),
            web.get("/api/v1/info", info),
            web.get("/api/v1/messages", messages),
            web.put("/api/v1/messages", mark_messages),
            web.delete("/api/v1/messages", delete_messages),
            web.get("/api/v1/search", search),
            web.get("/api/v1/message/{id}", message),
            web.get("/api/v1/message/{id}/headers", message_headers),
            web.get("/api/v1/message/{id}/raw", message_raw),
        ]
    )
    return app


async def alive(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def info(request: web.Request) -> web.Response:
    store = request.app[STORE]
    mails = store.all()
    return _json(
        {
            "Version": "Ouchi development mailbox",
            "LatestVersion": "",
            "Database": str(store.folder),
            "DatabaseSize": sum(len(mail.raw) for mail in mails),
            "Messages": len(mails),
            "Unread": sum(not mail.envelope.read for mail in mails),
        }
    )


async def messages(request: web.Request) -> web.Response:
    mails = request.app[STORE].all()
    return _json(_page(request, mails, mails))


async def search(request: web.Request) -> web.Response:
    mails = request.app[STORE].all()
    return _json(_page(request, mailpit.search(mails, request.query.get("query", "")), mails))


async def mark_messages(request: web.Request) -> web.Response:
    asked = await _body(request)
    for mail_id in asked.get("IDs") or request.app[STORE].ids():
        request.app[STORE].mark(mail_id, read=bool(asked.get("Read", False)))
    return web.Response(text="ok")


async def delete_messages(request: web.Request) -> web.Response:
    asked = await _body(request)
    for mail_id in asked.get("IDs") or request.app[STORE].ids():
        request.app[STORE].delete(mail_id)
    return web.Response(text="ok")


async def message(request: web.Request) -> web.Response:
    mail = _mail(request)
    request.app[STORE].mark(mail.id)
    return _json(mailpit.detail(mail))


async def message_headers(request: web.Request) -> web.Response:
    return _json(mailpit.headers(_mail(request)))


async def message_raw(request: web.Request) -> web.Response:
    return web.Response(body=_mail(request).raw, content_type="text/plain", charset="utf-8")


async def list_page(request: web.Request) -> web.Response:
    query = request.query.get("query", "")
    mails = request.app[STORE].all()
    found = mailpit.search(mails, query) if query else mails
    return _render(request, "list.html", query=query, total=len(mails), mails=[mailpit.summary(mail) for mail in found])


async def message_page(request: web.Request) -> web.Response:
    mail = _mail(request)
    request.app[STORE].mark(mail.id)
    return _render(request, "message.html", mail=mailpit.detail(mail), headers=mailpit.headers(mail))


async def mail_html(request: web.Request) -> web.Response:
    html = '<base target="_blank">' + mailpit.html_of(_mail(request).message)
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


async def delete_page(request: web.Request) -> web.Response:
    # Only development mail can be lost; a page elsewhere shall still not be able to ask for it.
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise web.HTTPForbidden
    for mail_id in request.app[STORE].ids():
        request.app[STORE].delete(mail_id)
    raise web.HTTPSeeOther("/")


def linked(text: str) -> Markup:
    """The text with its addresses as links."""
    parts: list[Markup] = []
    end = 0
    for found in LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a href="{0}">{0}</a>').format(found.group()))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def moment(iso: str) -> str:
    at = datetime.fromisoformat(iso).astimezone(TOKYO)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _page(request: web.Request, found: list[Mail], everything: list[Mail]) -> dict[str, Any]:
    unread = sum(not mail.envelope.read for mail in everything)
    start, limit = _number(request, "start", 0), _number(request, "limit", DEFAULT_LIMIT)
    return mailpit.page(found, start, limit, total=len(everything), unread=unread)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def _mail(request: web.Request) -> Mail:
    mail = request.app[STORE].get(request.match_info["id"])
    if mail is None:
        raise web.HTTPNotFound(text="message not found")
    return mail


async def _body(request: web.Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="not a JSON object")
    return body


def _json(value: object) -> web.Response:
    return web.json_response(value, dumps=lambda v: json.dumps(v, ensure_ascii=False))


def _render(request: web.Request, template: str, **values: object) -> web.Response:
    html = request.app[PAGES].get_template(template).render(values)
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY})
