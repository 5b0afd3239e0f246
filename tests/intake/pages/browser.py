"""A browser without scripts: follows links, fills in forms, keeps cookies, and reads what is on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.test_utils import TestClient

_VOID = ("input", "img", "meta", "link", "br", "hr", "path")


@dataclass
class Form:
    """A form as the page offers it: `fields` is what would be sent if nobody touched it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What came back: `text` is what a person reads, `messages` the error beside each field (by the field's id).

    `url` is without the name of a draft, which `address` has too.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    html: str
    text: str = ""
    title: str = ""
    heading: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def own(self) -> dict[str, str]:
        """What every form of this page holds beside its fields: for those that are built by hand."""
        fields = next(form.fields for form in self.forms if "csrf_token" in form.fields)
        return {name: fields[name] for name in ("csrf_token", "page_of") if name in fields}

    def form(self, action: str) -> Form:
        """The form that posts to this path."""
        return next(form for form in self.forms if urlsplit(form.action).path == action)


class Browser:
    """One person's browser."""

    def __init__(self, client: "TestClient[Any, Any]") -> None:
        self._client = client

    async def get(self, path: str) -> Page:
        async with self._client.get(path) as response:
            return await _read(response)

    async def post(self, path: str, data: Any, **kwargs: Any) -> Page:
        async with self._client.post(path, data=data, **kwargs) as response:
            return await _read(response)

    async def send(self, page: Page, action: str, **filled: str | None) -> Page:
        """Fill in the form of `page` that posts to `action` and send it; None leaves a field out."""
        form = page.form(action)
        fields = {**form.fields, **filled}
        target = urljoin(page.url, form.action)
        return await self.post(target, {name: value for name, value in fields.items() if value is not None})

    async def send_elsewhere(self, page: Page, action: str, to: str, **filled: str | None) -> Page:
        """Send the form that posts to `action` with its other button, which posts to `to`."""
        fields = {**page.form(action).fields, **filled}
        return await self.post(to, {name: value for name, value in fields.items() if value is not None})

    async def photograph(
        self, page: Page, image: bytes | BytesIO = b"a picture", name: str = "photo.jpg", **other: str
    ) -> Page:
        """Choose a file on the page of a document and send it."""
        form = page.form("/application/documents")
        data = aiohttp.FormData()
        for key, value in {**form.fields, **other}.items():
            if key != "document":
                data.add_field(key, value)
        data.add_field("document", image, filename=name, content_type="application/octet-stream")
        return await self.post(urljoin(page.url, form.action), data)


async def _read(response: aiohttp.ClientResponse) -> Page:
    body = await response.read()
    url = response.url.without_query_params("draft").path_qs
    page = Page(url, response.status, response.headers, "", address=response.url.path_qs)
    if response.content_type == "text/html":
        page.html = body.decode()
        _Reader(page).feed(page.html)
        page.text = " ".join(page.text.split())
    return page


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self._select: tuple[str, list[str], str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self._open.append((tag, given))
        if tag == "form":
            self._page.forms.append(Form(given.get("action") or "", given.get("method") or "get"))
        elif tag == "a" and given.get("href"):
            self._page.links.append(given["href"] or "")
        elif tag == "input" and given.get("name"):
            self._input(given["name"] or "", given)
        elif tag == "textarea":
            self._page.forms[-1].fields[given["name"] or ""] = ""
        elif tag == "select":
            self._select = (given["name"] or "", [], None)
        elif tag == "option" and self._select:
            name, values, chosen = self._select
            values.append(given.get("value") or "")
            self._select = (name, values, values[-1] if "selected" in given else chosen)

    def handle_endtag(self, tag: str) -> None:
        while tag not in _VOID and self._open and self._open.pop()[0] != tag:
            pass
        if tag == "select" and self._select:
            name, values, chosen = self._select
            self._page.forms[-1].fields[name] = chosen if chosen is not None else values[0]
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "textarea":
            # The line break after the tag is not part of it.
            self._page.forms[-1].fields[self._open[-1][1]["name"] or ""] += data.removeprefix("\n")
            return
        inside = {tag for tag, _ in self._open}
        if "title" in inside:
            self._page.title += data
        elif inside & {"script", "style"}:
            return
        else:
            self._page.text += f" {data} "
        if "h1" in inside:
            self._page.heading += data
        self._message(data)

    def _message(self, data: str) -> None:
        for tag, given in self._open:
            if tag == "p" and given.get("class") == "error":
                field_id = (given.get("id") or "").removesuffix("-error")
                said = self._page.messages.get(field_id, "") + data
                self._page.messages[field_id] = said.removeprefix("エラー: ").strip()
            if (
                tag == "div"
                and given.get("class") == "error-summary"
                and self._open[-1][0] in ("a", "li")
                and data.strip()
            ):
                self._page.summary.append(data)

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type", "text")
        if (kind in ("radio", "checkbox") and "checked" not in given) or any(
            tag == "template" for tag, _ in self._open
        ):
            return
        self._page.forms[-1].fields[name] = given.get("value") or ""
