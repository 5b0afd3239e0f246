"""The people of the journey, each at the public interface that they use: applicant, staff, mail reader."""

import asyncio
import io
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from PIL import Image, ImageDraw

T = TypeVar("T")

PASSWORD = "mikan0425"


async def eventually(ask: Callable[[], Awaitable[T]], seconds: float = 30) -> T:
    """Wait until `ask()` gives something true and return it; fail at the deadline."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (value := await ask()):
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.05)
    return value


async def wait_for_line(log: Path, text: str) -> None:
    """Wait until a line of the log holds `text`."""

    async def written() -> bool:
        return text in await asyncio.to_thread(log.read_text)

    await eventually(written)


def photo(text: str = "運転免許証 見本", size: tuple[int, int] = (1600, 1000)) -> bytes:
    """A JPEG that stands for a photographed card."""
    image = Image.effect_noise(size, 40).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 100, size[0] - 100, size[1] - 100), fill=(225, 235, 225), outline=(40, 90, 60), width=6)
    draw.text((160, 160), text.encode("ascii", "replace"), fill=(20, 20, 20))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=85)
    return data.getvalue()


@dataclass
class Answer:
    """Status and JSON body of an answer."""

    status: int
    body: Any


@dataclass
class Api:
    """One service's API as one caller sees it."""

    http: aiohttp.ClientSession
    url: str
    token: str | None = None

    async def call(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if key:
            headers["Idempotency-Key"] = key
        async with self.http.request(method, self.url + path, headers=headers, **options) as answer:
            return Answer(answer.status, await answer.json() if "json" in answer.content_type else await answer.read())

    async def expect(self, status: int, method: str, path: str, **options: Any) -> Any:
        """The body, if the answer has this status."""
        answer = await self.call(method, path, **options)
        assert answer.status == status, f"{method} {path} -> {answer.status} {answer.body}"
        return answer.body


@dataclass
class Mailbox:
    """All mails that left the system, newest first."""

    http: aiohttp.ClientSession
    url: str

    async def to(self, address: str) -> list[dict[str, Any]]:
        """The mails to one address, oldest first."""
        async with self.http.get(f"{self.url}/api/v1/messages?limit=1000") as answer:
            listed = (await answer.json())["messages"]
        return [m for m in reversed(listed) if address in [recipient["Address"] for recipient in m["To"]]]

    async def wait(self, address: str, subject: str) -> dict[str, Any]:
        """The first mail to `address` whose subject holds `subject`, whole, once it has come."""

        async def look() -> dict[str, Any] | None:
            return next((m for m in await self.to(address) if subject in m["Subject"]), None)

        found = await eventually(look)
        assert found is not None
        async with self.http.get(f"{self.url}/api/v1/message/{found['ID']}") as answer:
            return dict(await answer.json())


def form(email: str, **changes: Any) -> dict[str, Any]:
    """What a resident of the city sends."""
    return {
        "kind": "new",
        "name": "髙橋　咲",
        "kana": "たかはし　さき",
        "birth_date": "平成2年4月25日",
        "postal_code": "８６２ー０９７１",
        "address": "熊本市中央区大江６丁目１－７４　コーポ大江２０１",
        "phone": "０９０１２３４５６７８",
        "email": email,
        "password": PASSWORD,
        "category": "resident",
        "pickup_branch": "main",
        "hold_contact": "mail",
        "language": "ja",
        "consent": True,
        **changes,
    }


@dataclass
class Person(Api):
    """An applicant at the API."""

    mailbox: Mailbox = field(default=None)  # type: ignore[assignment]
    email: str = ""
    id: str = ""
    receipt_number: str = ""

    def __init__(self, http: aiohttp.ClientSession, url: str, mailbox: Mailbox) -> None:
        super().__init__(http, url)
        self.mailbox = mailbox
        self.email = f"saki.{secrets.token_hex(6)}@example.jp"

    async def apply(self, **changes: Any) -> dict[str, Any]:
        body = await self.expect(
            201, "POST", "/api/v1/applications", key=secrets.token_hex(16), json=form(self.email, **changes)
        )
        self.id, self.receipt_number = body["id"], body["receipt_number"]
        return dict(body)

    async def follow_link(self) -> None:
        """Take the proof from the mail and sign in with it."""
        mail = await self.mailbox.wait(self.email, "【")
        [proof] = set(re.findall(rf"/continue/{self.id}/([\w-]+)", mail["Text"]))
        await self.sign_in(proof=proof)

    async def sign_in(self, proof: str | None = None) -> None:
        sent = {"email": self.email, "password": PASSWORD, "application": self.receipt_number}
        if proof:
            sent["proof"] = proof
        self.token = (await self.expect(201, "POST", "/api/v1/sessions", json=sent))["token"]

    async def upload(self, type_: str = "driving_licence", side: str = "front", data: bytes | None = None) -> Any:
        path = f"/api/v1/applications/{self.id}/documents?type={type_}&side={side}&shows_current_address=true"
        return await self.expect(201, "POST", path, data=data or photo())

    async def submit(self) -> Any:
        return await self.expect(200, "POST", f"/api/v1/applications/{self.id}/submission")

    async def look(self) -> dict[str, Any]:
        return dict(await self.expect(200, "GET", f"/api/v1/applications/{self.id}"))

    async def wait_status(self, status: str) -> dict[str, Any]:
        async def reached() -> dict[str, Any] | None:
            seen = await self.look()
            return seen if seen["status"] == status else None

        found = await eventually(reached)
        assert found is not None
        return found

    async def apply_and_submit(self, **changes: Any) -> None:
        await self.apply(**changes)
        await self.follow_link()
        await self.upload()
        await self.submit()


@dataclass
class Office(Api):
    """The staff at review's API."""

    async def sign_in(self, username: str, password: str) -> None:
        sent = {"username": username, "password": password}
        self.token = (await self.expect(201, "POST", "/api/v1/sessions", json=sent))["token"]

    async def find_case(self, application: str, round_: int = 1) -> dict[str, Any]:
        """The case of an application once its round has arrived."""

        async def look() -> dict[str, Any] | None:
            after = ""
            while True:
                page = await self.expect(200, "GET", f"/api/v1/cases?status=&after={after}")
                for case in page["cases"]:
                    if case["application_id"] == application and case["round"] == round_:
                        return dict(case)
                if not page["next"]:
                    return None
                after = page["next"]

        case = await eventually(look)
        assert case is not None
        return dict(await self.expect(200, "GET", f"/api/v1/cases/{case['id']}"))

    async def decide(self, case: dict[str, Any], decision: str, *, status: int = 200, **more: Any) -> Any:
        """Claim the case as it stands now, and decide it."""
        await self.expect(200, "POST", f"/api/v1/cases/{case['id']}/claim")
        now = await self.expect(200, "GET", f"/api/v1/cases/{case['id']}")
        body = {"version": now["version"], "decision": decision, "reasons": [], **more}
        return await self.expect(status, "POST", f"/api/v1/cases/{case['id']}/decision", json=body)
