"""A browser without JavaScript, as far as these tests need one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse
from multidict import CIMultiDictProxy

from tests.review.conftest import PASSWORD, House

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PAGE_OF = re.compile(r'name="page_of" value="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Answer:
    """What a browser got; `text` is what a person reads, without the tags."""

    status: int
    html: str
    text: str
    location: str
    headers: CIMultiDictProxy[str]


@dataclass
class Browser:
    """Keeps its cookies in the client of the house, and sends what the forms of the page that it saw last send."""

    house: House
    csrf: str = ""
    page_of: str = ""

    async def get(self, path: str) -> Answer:
        async with self.house.client.get(path, allow_redirects=False) as response:
            return await self._answer(response)

    async def post(self, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        return await self.send(
            path, urlencode({"csrf_token": self.csrf, "page_of": self.page_of, **(fields or {})}).encode()
        )

    async def send(self, path: str, body: bytes) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with self.house.client.post(path, data=BytesIO(body), headers=headers, allow_redirects=False) as response:
            return await self._answer(response)

    async def sign_in(self, username: str = "hana", password: str = PASSWORD, **more: str) -> Answer:
        await self.get("/sign-in")
        return await self.post("/sign-in", {"username": username, "password": password, **more})

    async def _answer(self, response: ClientResponse) -> Answer:
        html = await response.text(errors="replace")
        if found := _TOKEN.search(html):
            self.csrf = found[1]
            about = _PAGE_OF.search(html)
            self.page_of = unescape(about[1]) if about else ""
        text = " ".join(unescape(_TAG.sub(" ", html)).split())
        assert "Traceback" not in html
        return Answer(response.status, html, text, response.headers.get("Location", ""), response.headers)


@pytest.fixture
def browser(house: House) -> Browser:
    """Not signed in."""
    return Browser(house)


@pytest.fixture
async def staff(browser: Browser) -> Browser:
    """Signed in as hana."""
    assert (await browser.sign_in()).status == 303
    return browser
